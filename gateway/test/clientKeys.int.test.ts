import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeClientKey } from '@leadgraph/schema/clients';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../src/config.js';
import { type EventGraph, startEventGraph } from './fixtures/events/startEventGraph.js';
import { eventually } from './fixtures/eventually.js';
import { createNatsProcess } from './fixtures/natsProcess.js';
import { openSocket } from './fixtures/openSocket.js';
import type { Answer, TestGateway } from './fixtures/startTestGateway.js';
import {
  clientsInTestFiles,
  clientsInTestNats,
  startGatewayForClient,
  type TestClients,
} from './fixtures/testClients.js';

const HEADER = 'x-partner-key';
const QUERY = '{ offer(id: "o1") { id } }';
const LIVE = 'subscription { offers { kind offer { id } } }';

let graph: EventGraph;
let clients: TestClients;
let gateways: readonly [TestGateway, TestGateway];
const closing: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  graph = await startEventGraph();
  clients = await clientsInTestNats();
  gateways = [await graph.start(clients.config), await graph.start(clients.config)];
});
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closing.splice(0).reverse()) await close();
  graph.seen.length = 0;
});
afterAll(async () => {
  await graph?.stop();
  await clients?.close();
});

const ask = (key: string, [gateway] = gateways as readonly TestGateway[]) =>
  (gateway as TestGateway).query(QUERY, {}, { [HEADER]: key });
const statuses = (key: string, all: readonly TestGateway[] = gateways) =>
  Promise.all(all.map(async (each) => (await ask(key, [each])).status));
const refusal = ({ status, headers, body }: Answer) => ({
  status,
  challenge: headers.get('www-authenticate'),
  errors: body.errors,
});

describe('a key', () => {
  it('works in all gateways as soon as it is published, as who its client is', async () => {
    const key = await clients.setClient('p1', { scopes: ['more'] });
    await eventually(async () => expect(await statuses(key)).toEqual([200, 200]));
    expect(graph.seen.at(-1)?.sub).toBe('p1');
    expect(
      (
        await gateways[0].send(
          { headers: { [HEADER]: key, 'apollo-require-preflight': '1' } },
          `?query=${encodeURIComponent(QUERY)}`,
        )
      ).status,
    ).toBe(200);
  });

  it('is refused in one way, whether it is unknown, wrong, expired or revoked', async () => {
    const [good, expired, revoked] = [
      await clients.setClient('p2'),
      await clients.setClient('p2-expired', { expiresAt: new Date(Date.now() - 1) }),
      await clients.setClient('p2-revoked'),
    ];
    await eventually(async () => expect(await statuses(revoked)).toEqual([200, 200]));
    await clients.revoke('p2-revoked');
    await eventually(async () => expect(await statuses(revoked)).toEqual([401, 401]));
    const given = [makeClientKey().key, `${good.slice(0, -3)}AAA`, expired, revoked, 'nonsense', `${good}, ${good}`];
    const refusals = await Promise.all(given.map(async (key) => refusal(await ask(key))));
    for (const each of refusals) expect(each).toEqual(refusals[0]);
    expect(refusals[0]).toMatchObject({ status: 401, challenge: `ApiKey header="${HEADER}"` });
    expect(refusals[0]?.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect((await ask(good)).status).toBe(200);
  });

  it('and a token in one request are refused: it would be chance as whom it runs', async () => {
    const key = await clients.setClient('p3');
    await eventually(async () => expect(await statuses(key)).toEqual([200, 200]));
    const authorization = await graph.issuer.bearer({ sub: 'p3' });
    const both = await gateways[0].query(QUERY, {}, { [HEADER]: key, authorization });
    expect(refusal(both)).toMatchObject({ status: 401 });
    expect(both.body.errors[0].message).toContain('not both');
  });

  it('can be gone over from: both work, then the old one ends', async () => {
    const old = await clients.setClient('p4', { expiresAt: new Date(Date.now() + 3_600_000) });
    const next = await clients.addKey('p4');
    await eventually(async () =>
      expect([...(await statuses(old)), ...(await statuses(next))]).toEqual([200, 200, 200, 200]),
    );
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    expect([...(await statuses(old)), ...(await statuses(next))]).toEqual([401, 401, 200, 200]);
  });

  it('gets a ticket, with which nobody gets in any more when the key was revoked', async () => {
    const key = await clients.setClient('p5');
    await eventually(async () => expect(await statuses(key)).toEqual([200, 200]));
    const ticket = async () => {
      const response = await fetch(`${gateways[0].url}/graphql/ticket`, { method: 'POST', headers: { [HEADER]: key } });
      return ((await response.json()) as { ticket: string }).ticket;
    };
    const [one, two] = [await ticket(), await ticket()];
    const stream = await openStream(gateways[1], {}, `&ticket=${one}`);
    expect(stream.status).toBe(200);
    await clients.revoke('p5');
    // The stream too, although it was opened by a ticket.
    await stream.over;
    await eventually(async () => expect(await statuses(key)).toEqual([401, 401]));
    expect((await openStream(gateways[1], {}, `&ticket=${two}`)).status).toBe(401);
    const refused = await fetch(`${gateways[0].url}/graphql/ticket`, { method: 'POST', headers: { [HEADER]: key } });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, `ApiKey header="${HEADER}"`]);
  });
});

describe('the commands', () => {
  const project = fileURLToPath(new URL('../../', import.meta.url));
  const run = async (program: string, ...words: string[]) => {
    const { natsUrl: NATS_URL, clients: { bucket: CLIENTS_BUCKET } = {} } = clients.config;
    const env = { PATH: process.env.PATH, NATS_URL, CLIENTS_BUCKET };
    const { stdout } = await promisify(execFile)(process.execPath, [`schema/${program}.ts`, ...words], {
      cwd: project,
      env,
    });
    return stdout;
  };
  const keyIn = (output: string) => /lgk_\S+/.exec(output)?.[0] ?? '';

  it('hold in all gateways without a restart', async () => {
    const first = keyIn(await run('partners', 'add', 'commanded', '--scopes', 'a'));
    await eventually(async () => expect(await statuses(first)).toEqual([200, 200]));
    const next = keyIn(await run('partners', 'rotate', 'commanded', '--keep', '1h'));
    await eventually(async () => expect(await statuses(next)).toEqual([200, 200]));
    expect(await statuses(first)).toEqual([200, 200]);
    const last = keyIn(await run('partners', 'rotate', 'commanded', '--keep', '0'));
    await eventually(async () =>
      expect([...(await statuses(first)), ...(await statuses(next))]).toEqual([401, 401, 401, 401]),
    );
    await run('partners', 'revoke', 'commanded');
    await eventually(async () => expect(await statuses(last)).toEqual([401, 401]));
    const manifests = () =>
      Promise.all(gateways.map(async (each) => (await each.get('/health/ready')).body.clients.manifests));
    await run('operations', 'publish', '--all');
    await eventually(async () => expect(await manifests()).toEqual([3, 3]));
    await run('operations', 'retire', 'operator');
    await eventually(async () => expect(await manifests()).toEqual([2, 2]));
  });
});

describe('what is followed live under a key', () => {
  const socketUrl = ({ url }: TestGateway) => `${url.replace('http', 'ws')}/graphql`;
  const openAs = async (to: TestGateway, options: Parameters<typeof openSocket>[1]) => {
    const opened = await openSocket(socketUrl(to), options);
    closing.push(() => opened.socket.terminate());
    return opened;
  };

  it('ends in all gateways when the key is revoked, and only that', async () => {
    const key = await clients.setClient('live');
    const other = await clients.addKey('live');
    await eventually(async () =>
      expect([...(await statuses(key)), ...(await statuses(other))]).toEqual([200, 200, 200, 200]),
    );
    const byHeader = await openAs(gateways[0], { headers: { [HEADER]: key }, init: {} });
    const byPayload = await openAs(gateways[1], { init: { 'X-Partner-Key': key } });
    const byOther = await openAs(gateways[0], { init: { [HEADER]: other } });
    for (const each of [byHeader, byPayload, byOther]) each.subscribe('1', LIVE);
    const stream = await openStream(gateways[1], { [HEADER]: key });
    // Published until all follow: subscriptions begin when they begin.
    await eventually(async () => {
      await graph.publish('made', { id: 'o1', owner: 'live', price: 1 });
      for (const { messages } of [byHeader, byPayload, byOther]) expect(messages.at(-1)?.type).toBe('next');
      expect(stream.text()).toContain('event: next');
    });
    await clients.revoke('live', key);
    const ends = await Promise.all([byHeader.closed, byPayload.closed]);
    expect(ends).toEqual([1, 2].map(() => ({ code: 4403, reason: 'key withdrawn' })));
    await stream.over;
    expect(stream.text()).not.toContain('event: complete');
    expect(byOther.socket.readyState).toBe(byOther.socket.OPEN);
    byOther.send({ type: 'ping', payload: { [HEADER]: other, more: 1 } });
    const pong = await byOther.get('pong');
    expect(JSON.stringify(pong)).not.toContain(other);
  });

  it('begins for no key that is not valid, nor with credentials that are no text', async () => {
    const key = makeClientKey().key;
    for (const init of [
      { [HEADER]: key },
      { [HEADER]: 7 },
      { [HEADER]: key, 'X-Partner-Key': key },
      { [HEADER]: key, authorization: await graph.issuer.bearer() },
    ]) {
      const socket = await openAs(gateways[0], {});
      socket.send({ type: 'connection_init', payload: init });
      expect((await socket.closed).code).toBe(4403);
    }
  });
});

describe('a gateway whose NATS is away', () => {
  it('uses what it knew, and follows again when NATS is back, also without its data', async () => {
    const nats = await createNatsProcess();
    await nats.start();
    const own = await clientsInTestNats(nats.url);
    closing.push(() => own.close());
    const key = await own.setClient('p6');
    const gateway = await graph.start(own.config);
    closing.push(() => gateway.stop());
    // Read before it listened.
    expect(await statuses(key, [gateway])).toEqual([200]);
    await nats.kill();
    expect(await statuses(key, [gateway])).toEqual([200]);
    expect(refusal(await ask(makeClientKey().key, [gateway])).status).toBe(401);
    const ready = await gateway.get('/health/ready');
    expect([ready.status, ready.body.clients]).toEqual([
      200,
      expect.objectContaining({ source: 'nats', clients: 1, manifests: 0 }),
    ]);
    await nats.start();
    const next = await eventually(() => own.setClient('p7'));
    await eventually(async () => expect(await statuses(next, [gateway])).toEqual([200]));
    await nats.kill();
    nats.forget();
    await nats.start();
    const last = await eventually(() => own.setClient('p9'));
    await eventually(async () => expect(await statuses(last, [gateway])).toEqual([200]));
    // Nobody has taken them away: a disk was lost.
    expect([...(await statuses(key, [gateway])), ...(await statuses(next, [gateway]))]).toEqual([200, 200]);
    await own.setClient('p6');
    await own.revoke('p7');
    await eventually(async () =>
      expect([...(await statuses(key, [gateway])), ...(await statuses(next, [gateway]))]).toEqual([401, 401]),
    );
  });

  it('at its start serves everything but keys until it has been read', async () => {
    const nats = await createNatsProcess();
    const gateway = await graph.start({ ...clients.config, natsUrl: nats.url });
    closing.push(() => gateway.stop());
    const refused = await ask(makeClientKey().key, [gateway]);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(refused.body.errors[0].extensions.code).toBe('CLIENTS_UNAVAILABLE');
    expect((await gateway.query(QUERY)).status).toBe(200);
    expect((await gateway.get('/health/ready')).status).toBe(200);
    expect((await gateway.get('/metrics')).body).toMatch(/clients_seconds_since_in_step\{[^}]*\} \+?Inf/);
    await nats.start();
    await eventually(async () => expect((await ask(makeClientKey().key, [gateway])).status).toBe(401));
    const { body } = await gateway.get('/metrics');
    expect(body).toMatch(/client_keys_refused_total\{[^}]*\} [1-9]/);
    expect(body).toMatch(/clients_known\{[^}]*\} 0/);
  });
});

describe('a gateway that runs alone', () => {
  it('follows files; what cannot be used leaves the state before in service', async () => {
    const files = await clientsInTestFiles();
    closing.push(() => files.close());
    const key = await files.setClient('p8');
    const [operation] = await files.publish('app', ['query A { people { name } }']);
    const gateway = await graph.start(files.config);
    closing.push(() => gateway.stop());
    expect(await statuses(key, [gateway])).toEqual([200]);
    expect((await gateway.get('/health/ready')).body.clients).toMatchObject({
      source: 'files',
      clients: 1,
      manifests: 1,
    });
    expect(operation?.name).toBe('A');
    const { file } = files.config.clients ?? {};
    await writeFile(String(file), '{"version": 1, "clients": {"p8": {"identity": "nobody"}}}');
    await writeFile(String(file), 'nonsense');
    const next = await files.addKey('p8');
    await eventually(async () => expect(await statuses(next, [gateway])).toEqual([200]));
    expect(await statuses(key, [gateway])).toEqual([200]);
    await files.revoke('p8');
    await files.retire('app');
    await eventually(async () => expect(await statuses(key, [gateway])).toEqual([401]));
    await eventually(async () =>
      expect((await gateway.get('/health/ready')).body.clients).toMatchObject({ clients: 0, manifests: 0 }),
    );
  });
});

describe('what a client has been promised', () => {
  const call = (gateway: TestGateway, key: string, id = '') =>
    gateway.send({
      method: 'POST',
      headers: { 'content-type': 'application/json', [HEADER]: key },
      body: JSON.stringify({ documentId: `sha256:${id}` }),
    });

  it('can be called by its key and an id, from files', async () => {
    const only = { ...readConfig({}, []).persisted, only: new Set(['PARTNER']) };
    const gateway = await startGatewayForClient(graph, ['query A { people { name } }'], {
      config: { persisted: only },
    });
    closing.push(() => gateway.stop());
    const [operation] = gateway.operations;
    expect((await call(gateway, gateway.key, operation?.id)).status).toBe(200);
    const free = await gateway.query('{ people { name } }', {}, gateway.headers);
    expect(free.body.errors[0].extensions.code).toBe('PERSISTED_QUERY_ID_REQUIRED');
  });

  it('takes effect in all gateways when it is published, stays while NATS is away, and goes when it is retired', async () => {
    const nats = await createNatsProcess();
    await nats.start();
    const own = await clientsInTestNats(nats.url);
    closing.push(() => own.close());
    const key = await own.setClient('p10');
    const both = [await graph.start(own.config), await graph.start(own.config)];
    closing.push(() => Promise.all(both.map((each) => each.stop())));
    const all = (id?: string) =>
      Promise.all(both.map(async (each) => (await call(each, key, id)).body.errors?.[0].extensions.code ?? 'answered'));
    const [answered, unknown] = [
      ['answered', 'answered'],
      ['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_FOUND'],
    ];
    const [first] = await own.publish('app', ['query A { people { name } }']);
    await eventually(async () => expect(await all(first?.id)).toEqual(answered));
    await nats.kill();
    expect(await all(first?.id)).toEqual(answered);
    await nats.start();
    const [next] = await eventually(() => own.publish('app', ['query B { people { name } }']));
    await eventually(async () => expect(await all(next?.id)).toEqual(answered));
    expect(await all(first?.id)).toEqual(unknown);
    await own.retire('app');
    await eventually(async () => expect(await all(next?.id)).toEqual(unknown));
    // Another's manifest.
    await own.publish('app', ['query B { people { name } }'], { identities: ['PARTNER:another'] });
    await own.publish('other', ['query A { people { name } }'], { identities: ['PARTNER:p10'] });
    await eventually(async () => expect(await all(first?.id)).toEqual(answered));
    expect(await all(next?.id)).toEqual(unknown);
  });
});

/** Follows the subscription as an event stream by GET. */
async function openStream(to: TestGateway, headers: Record<string, string>, more = '') {
  const abort = new AbortController();
  closing.push(() => abort.abort());
  const response = await fetch(`${to.url}/graphql?query=${encodeURIComponent(LIVE)}${more}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  });
  let text = '';
  const over = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  })();
  over.catch(() => {});
  return { status: response.status, over, text: () => text };
}
