import { randomBytes, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from 'nats';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readClient, writeManifest } from '../clients/storedClients.ts';
import { type ClientStore, openClientStore } from './clientStore.ts';
import { listCommand, publishCommand, retireCommand } from './operationsCommands.ts';
import { partnersCommand } from './partnersCommand.ts';
import { providePartner, publishAll } from './provideClients.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const url = process.env.TEST_NATS_URL as string;

let root: string;
let bucket: string;
let printed: string[];
let now = Date.now();

const surroundings = {
  open: () => openClientStore({ url, bucket }),
  print: (line: string) => printed.push(...line.split('\n')),
  now: () => now,
};
const partners = async (...words: string[]) => {
  printed = [];
  await partnersCommand(words, surroundings);
  return printed;
};
const operations = async (command: typeof listCommand, ...words: string[]) => {
  printed = [];
  expect(await command(words, { ...surroundings, root })).toBe(true);
  return printed;
};
const withStore = async <T>(work: (store: ClientStore) => Promise<T>): Promise<T> => {
  const store = await surroundings.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
};

beforeAll(() => {
  // A project of its own, whose operations may be changed.
  root = mkdtempSync(join(tmpdir(), 'leadgraph-publish-'));
  cpSync(join(project, 'schema/operations'), join(root, 'schema/operations'), { recursive: true });
  cpSync(join(project, 'schema/supergraph.graphql'), join(root, 'schema/supergraph.graphql'));
});
beforeEach(() => {
  bucket = `commands-${randomUUID()}`;
});
afterAll(async () => {
  rmSync(root, { recursive: true });
  const nats = await connect({ servers: url });
  const manager = await nats.jetstreamManager();
  for await (const name of manager.streams.names())
    if (name.startsWith('KV_commands-')) await manager.streams.delete(name);
  await nats.close();
});

describe('partners', () => {
  it('are added, listed, rotated and revoked; the secret is nowhere but in what was printed', async () => {
    const added = await partners('add', 'acme', '--scopes', 'a,b', '--expires', '90d');
    const key = String(added.at(-1));
    expect(key).toMatch(/^lgk_[0-9a-z]{12}_[\w-]{43}$/);
    await expect(partners('add', 'acme')).rejects.toThrow('already');
    const [rotated] = await partners('rotate', 'acme', '--keep', '1d', '--json');
    const next = JSON.parse(String(rotated)) as { key: string; prefix: string };
    const [listed] = await partners('list', '--json');
    const { identity, keys } = JSON.parse(String(listed)) as {
      identity: object;
      keys: { prefix: string; expiresAt?: string }[];
    };
    expect(identity).toEqual({ kind: 'PARTNER', sub: 'acme', scopes: ['a', 'b'] });
    expect(keys.map(({ prefix }) => prefix)).toEqual([key.split('_')[1], next.prefix]);
    expect(keys.map(({ expiresAt }) => expiresAt)).toEqual([new Date(now + 86_400_000).toISOString(), undefined]);
    const { value } = await withStore((store) => store.read({ kind: 'client', name: 'acme' }));
    for (const secret of [key, next.key])
      expect(Buffer.from(value ?? []).toString()).not.toContain(secret.split('_').slice(2).join('_'));
    now += 2 * 86_400_000;
    expect((await partners('list')).join('\n')).toMatch(/PARTNER:acme.*\n.*made 2d ago, ended\n.*without an end/);
    expect((await partners('revoke', 'acme', '--key', next.prefix)).join()).toContain('1 left');
    await expect(partners('revoke', 'acme', '--key', 'nope')).rejects.toThrow('no key nope');
    await partners('revoke', 'acme');
    await expect(partners('rotate', 'acme')).rejects.toThrow('no partner acme');
    expect(await partners('list', '--json')).toEqual([]);
    // And may come again.
    await partners('add', 'acme');
  });

  it.each([
    [['add']],
    [['add', 'a b']],
    [['add', 'acme', 'more']],
    [['add', 'acme', '--expires', 'soon']],
    [['add', 'acme', '--expires', '0']],
    [['add', 'acme', '--keep', '1d']],
    [['list', 'acme']],
    [['constructor', 'acme']],
    [[]],
    [['add', 'acme', '--nonsense']],
  ])('%j is not understood, and why is said before how the command is called', async (words) => {
    const message = expect.not.stringMatching(/^npm run/);
    await expect(partners(...words)).rejects.toMatchObject({ name: 'CommandFailed', exitCode: 2, message });
  });

  it('are not overwritten by two who change them at once', async () => {
    await partners('add', 'acme');
    const results = await Promise.allSettled([1, 2, 3].map(() => partnersCommand(['rotate', 'acme'], surroundings)));
    const failed = results.filter((each) => each.status === 'rejected');
    for (const { reason } of failed) expect(String(reason)).toContain('changed by somebody else');
    const { value } = await withStore((store) => store.read({ kind: 'client', name: 'acme' }));
    expect(readClient(value ?? new Uint8Array()).keys).toHaveLength(2);
    const entry = await withStore((store) => store.read({ kind: 'client', name: 'acme' }));
    await partners('rotate', 'acme');
    const late = withStore((store) => store.write({ kind: 'client', name: 'acme' }, entry.value, entry.revision));
    await expect(late).rejects.toThrow('changed by somebody else');
  });

  it('may stand in a file, for a gateway that runs alone', async () => {
    const file = join(root, 'clients.json');
    const key = String((await partners('add', 'acme', '--file', file)).at(-1));
    await expect(partners('add', 'acme', '--file', file)).rejects.toThrow('already');
    await partners('add', 'other', '--file', file);
    await partners('rotate', 'acme', '--file', file);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(key.split('_')[1]);
    expect(text).not.toContain(key.split('_').slice(2).join('_'));
    await partners('revoke', 'other', '--file', file);
    expect((await partners('list', '--file', file, '--json')).map((line) => JSON.parse(line).keys.length)).toEqual([2]);
    writeFileSync(file, 'nonsense');
    await expect(partners('list', '--file', file)).rejects.toThrow('is no file of clients');
  });

  it('of the local stack keep the key that stands in the file', async () => {
    const file = join(root, `${randomUUID()}.key`);
    const provide = () => withStore((store) => providePartner(store, 'acme', file, now));
    const key = await provide();
    expect(readFileSync(file, 'utf8')).toBe(`${key}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await provide()).toBe(key);
    await partners('revoke', 'acme');
    expect(await provide()).toBe(key);
    await partners('rotate', 'acme', '--keep', '0');
    // Changed on purpose, so it stays so.
    expect(await provide()).toBeUndefined();
  });
});

describe('operations', () => {
  it('are published with what that changes, listed, and retired', async () => {
    expect(await operations(publishCommand, '--all')).toContain('partner: published, 9 operations');
    expect(await operations(publishCommand, 'partner', 'operator')).toEqual([
      'partner: nothing has changed, 9 operations',
      'operator: nothing has changed, 8 operations',
    ]);
    expect((await operations(listCommand)).join()).toMatch(/agent-desk {2}\d+ operations for AGENT, published 2\d{3}-/);
    expect(await operations(retireCommand, 'partner', 'Health', 'Leads')).toEqual([
      'partner: 7 operations left',
      '  - Health',
      '  - Leads',
    ]);
    await expect(operations(retireCommand, 'partner', 'Health')).rejects.toThrow('no published operation Health');
    expect((await operations(listCommand, 'partner')).join()).toMatch(
      /query +Lead {2}GET \/leads\/:id {2}[0-9a-f]{64}/,
    );
    expect(await operations(publishCommand, 'partner')).toEqual([
      'partner: published, 9 operations',
      '  + Health',
      '  + Leads',
    ]);
    await operations(retireCommand, 'partner');
    await expect(operations(listCommand, 'partner')).rejects.toThrow('Nothing is published of partner');
    expect(JSON.parse(String((await operations(publishCommand, 'partner', '--json'))[0]))).toMatchObject({
      client: 'partner',
      operations: 9,
    });
  });

  it('whose manifest is out of date, or which do not fit the schema, are refused before anything is published', async () => {
    const file = join(root, 'schema/operations/partner/Health.graphql');
    const text = readFileSync(file, 'utf8');
    const manifest = join(root, 'schema/operations/partner/manifest.json');
    const before = readFileSync(manifest, 'utf8');
    try {
      writeFileSync(file, 'query Health { healthy }');
      await expect(operations(publishCommand, '--all')).rejects.toThrow('manifest.json is out of date');
      const [problem] = await withStore((store) => publishAll(store, root, now));
      expect(problem).toContain('out of date');
      await operations(retireCommand, 'operator');
      const { generateManifests } = await import('../manifest/manifestCommand.ts');
      writeFileSync(manifest, String(generateManifests(root)['schema/operations/partner/manifest.json']));
      await expect(operations(publishCommand, '--all')).rejects.toThrow(
        /Health\.graphql:1:16 {2}Cannot query field "healthy"/,
      );
      await expect(operations(listCommand, 'operator')).rejects.toThrow('Nothing is published');
    } finally {
      writeFileSync(file, text);
      writeFileSync(manifest, before);
    }
  });

  it('too large for a message of NATS are refused with what to do', async () => {
    const body = `query Large { a(text: "${randomBytes(900_000).toString('hex')}") }`;
    const value = writeManifest({
      client: 'large',
      identities: [],
      operations: [{ id: '1', body, name: 'Large', type: 'query' }],
    });
    expect(value.length).toBeGreaterThan(900_000);
    const large = Buffer.concat([value, value]);
    await expect(withStore((store) => store.write({ kind: 'manifest', name: 'large' }, large, 0))).rejects.toThrow(
      /max_payload/,
    );
  });

  it('of clients that are not there are refused, and so are words that mean nothing', async () => {
    await expect(operations(publishCommand, 'nobody')).rejects.toThrow('no client nobody');
    const context = { ...surroundings, root };
    for (const words of [[], ['--all', 'partner'], ['--nonsense']])
      expect(await publishCommand(words, context)).toBe(false);
    expect(await retireCommand([], context)).toBe(false);
    expect(await listCommand(['a', 'b'], context)).toBe(false);
  });

  it('say where NATS was looked for when it is not there', async () => {
    await expect(openClientStore({ url: 'nats://127.0.0.1:1', bucket })).rejects.toThrow(
      'NATS cannot be reached at nats://127.0.0.1:1',
    );
  });
});
