import { randomUUID } from 'node:crypto';
import { CLIENTS_HISTORY, makeClientKey, writeClient, writeManifest } from '@leadgraph/schema/clients';
import { connect } from 'nats';
import { expect, it, onTestFinished } from 'vitest';
import { clientsInNats } from '../src/clients/clientsInNats.js';
import { NatsLink } from '../src/eventSource/jetStream/natsLink.js';
import { createLogger } from '../src/log.js';
import { eventually } from './fixtures/eventually.js';
import { createNatsProcess } from './fixtures/natsProcess.js';

const log = createLogger({ level: 'silent' });

function follow(url: string, bucket: string) {
  const link = new NatsLink({ url, name: 'test', log });
  const directory = clientsInNats({ link, log, bucket, checkMs: 200 });
  onTestFinished(async () => {
    await directory.close();
    await link.close();
  });
  return directory;
}

const client = (sub: string) => {
  const { key, prefix, hash } = makeClientKey();
  const createdAt = new Date().toISOString();
  return {
    key,
    prefix,
    stored: { identity: { kind: 'CALLER', sub, scopes: [] }, keys: [{ prefix, hash, createdAt }] },
  };
};

it('follows what is published, also when NATS was killed, and keeps what it knows when the data is lost', async () => {
  const nats = await createNatsProcess();
  const directory = follow(nats.url, 'test');
  expect(directory.current).toBeUndefined();
  await nats.start();
  await eventually(() => expect(directory.current?.clientsByPrefix.size).toBe(0));
  const nc = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  onTestFinished(() => nc.close());
  const bucket = async () => nc.jetstream().views.kv('test', { history: CLIENTS_HISTORY });
  const one = client('one');
  await (await bucket()).put('client.one', writeClient(one.stored));
  await eventually(() => expect(directory.current?.clientsByPrefix.has(one.prefix)).toBe(true));
  await nats.kill();
  await nats.start();
  const two = client('two');
  await eventually(async () => (await bucket()).put('client.two', writeClient(two.stored)));
  await eventually(() => expect(directory.current?.clientsByPrefix.has(two.prefix)).toBe(true));
  await (await bucket()).destroy();
  await eventually(async () =>
    (await bucket()).put('manifest.app', writeManifest({ client: 'app', identities: ['X'], operations: [] })),
  );
  await eventually(() => expect(directory.current?.manifests.has('app')).toBe(true));
  expect(directory.current?.clientsByPrefix.size).toBe(2);
  await (await bucket()).delete('client.two');
  await eventually(() => expect(directory.current?.clientsByPrefix.size).toBe(1));
});

it('leaves an entry as it was when what is published for it cannot be used, and says so', async () => {
  const url = process.env.TEST_NATS_URL as string;
  const bucket = `malformed-${randomUUID()}`;
  const said: string[] = [];
  const loud = { ...log, error: (details: { key: string }) => said.push(details.key), warn: () => {}, info: () => {} };
  const link = new NatsLink({ url, name: 'test', log });
  const directory = clientsInNats({ link, log: loud as never, bucket });
  const nc = await connect({ servers: url });
  const kv = await nc.jetstream().views.kv(bucket, { history: CLIENTS_HISTORY });
  onTestFinished(async () => {
    await directory.close();
    await link.close();
    await kv.destroy();
    await nc.close();
  });
  const one = client('one');
  await kv.put('client.one', writeClient(one.stored));
  await kv.put('manifest.app', writeManifest({ client: 'app', identities: ['X'], operations: [] }));
  await eventually(() => expect(directory.current?.manifests.size).toBe(1));
  const before = directory.current?.clientsByPrefix.get(one.prefix);
  await kv.put('client.one', '{"version": 2}');
  await kv.put('manifest.app', 'nonsense');
  await kv.put('something.else', 'nonsense');
  const two = client('two');
  await kv.put('client.two', writeClient(two.stored));
  await eventually(() => expect(directory.current?.clientsByPrefix.has(two.prefix)).toBe(true));
  expect(said).toEqual(['client.one', 'manifest.app']);
  expect(directory.current?.clientsByPrefix.get(one.prefix)).toBe(before);
  expect(directory.current?.manifests.get('app')?.identities).toEqual(['X']);
});

it('is in step with a bucket whose newest message was purged', async () => {
  const url = process.env.TEST_NATS_URL as string;
  const bucket = `purged-${randomUUID()}`;
  const nc = await connect({ servers: url });
  const kv = await nc.jetstream().views.kv(bucket, { history: CLIENTS_HISTORY });
  const one = client('one');
  await kv.put('client.one', writeClient(one.stored));
  await kv.put('client.two', writeClient(client('two').stored));
  await kv.delete('client.two');
  await (await nc.jetstreamManager()).streams.purge(`KV_${bucket}`, { filter: `$KV.${bucket}.client.two` });
  const warned: unknown[] = [];
  const loud = { ...log, warn: (...said: unknown[]) => warned.push(said), info: () => {} };
  const link = new NatsLink({ url, name: 'test', log });
  const directory = clientsInNats({ link, log: loud as never, bucket, checkMs: 20 });
  onTestFinished(async () => {
    await directory.close();
    await link.close();
    await kv.destroy();
    await nc.close();
  });
  await eventually(() => expect(directory.current?.clientsByPrefix.size).toBe(1));
  for (let checks = 0; checks < 5; checks += 1) {
    const before = directory.inStepAt ?? 0;
    await eventually(() => expect(directory.inStepAt).toBeGreaterThan(before));
  }
  expect(warned).toEqual([]);
});
