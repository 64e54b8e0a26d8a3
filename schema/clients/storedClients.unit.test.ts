import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  entryKey,
  readClient,
  readEntryKey,
  readStoredManifest,
  type StoredClient,
  type StoredManifest,
  writeClient,
  writeManifest,
} from './storedClients.ts';

const key = { prefix: 'abcdefghijkl', hash: 'a'.repeat(64), createdAt: '2026-01-01T00:00:00.000Z' };
const client: StoredClient = { identity: { kind: 'PARTNER', sub: 'acme', scopes: ['a'] }, keys: [key] };
const manifest: StoredManifest = {
  client: 'app',
  identities: ['PARTNER:acme'],
  operations: [{ id: '1', body: 'query A { a }', name: 'A', type: 'query', route: { method: 'GET', path: '/a' } }],
  statuses: { NOT_FOUND: 404 },
  publishedAt: '2026-01-01T00:00:00.000Z',
};
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const packed = (value: unknown) => gzipSync(JSON.stringify(value));

it('what is written is read again', async () => {
  expect(readClient(writeClient(client))).toEqual(client);
  expect(await readStoredManifest(writeManifest(manifest))).toEqual(manifest);
});

it('entries have names that tell what they are', () => {
  expect(readEntryKey(entryKey({ kind: 'manifest', name: 'agent-desk' }))).toEqual({
    kind: 'manifest',
    name: 'agent-desk',
  });
  for (const each of ['client', 'client.', 'client.a.b', 'other.a', 'client.-a'])
    expect(readEntryKey(each)).toBeUndefined();
});

describe('what is not as it should be is refused, without repeating it', () => {
  it.each<[string, unknown]>([
    ['no JSON', undefined],
    ['a version to come', { version: 2, ...client }],
    ['three keys', { version: 1, ...client, keys: [key, key, key] }],
    ['no hash', { version: 1, ...client, keys: [{ ...key, hash: 'secret!' }] }],
    ['nobody', { version: 1, ...client, identity: { ...client.identity, kind: 'ANONYMOUS' } }],
    ['no kind', { version: 1, ...client, identity: { sub: 'acme' } }],
  ])('%s', (_, value) => {
    const text = value === undefined ? Buffer.from('secret!') : json(value);
    expect(() => readClient(text)).toThrow(expect.objectContaining({ name: 'StoredValueError' }));
    expect(() => readClient(text)).not.toThrow(/secret!/);
  });

  it.each<[string, Uint8Array]>([
    ['not packed', json({ version: 1, ...manifest })],
    ['a version to come', packed({ version: 2, ...manifest })],
    [
      'an id for two operations',
      packed({
        version: 1,
        ...manifest,
        operations: [manifest.operations[0], { ...manifest.operations[0], body: '{ b }' }],
      }),
    ],
    ['an error that is a success', packed({ version: 1, ...manifest, statuses: { NOT_FOUND: 204 } })],
    ['a status that cannot be sent', packed({ version: 1, ...manifest, statuses: { NOT_FOUND: 1000 } })],
    ['cut off', writeManifest(manifest).subarray(0, 40)],
    ['more than there can be', gzipSync(Buffer.alloc(65 * 1024 * 1024, ' '))],
  ])('a manifest: %s', async (_, value) => {
    await expect(readStoredManifest(value)).rejects.toMatchObject({ name: 'StoredValueError' });
  });
});
