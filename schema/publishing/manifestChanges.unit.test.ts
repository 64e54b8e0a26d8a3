import { expect, it } from 'vitest';
import type { StoredManifest } from '../clients/storedClients.ts';
import { describeChanges, manifestChanges } from './manifestChanges.ts';

const operation = (name: string, text = 'a', route?: StoredManifest['operations'][number]['route']) => ({
  id: `${name} ${text}`,
  body: `query ${name} { ${text} }`,
  name,
  type: 'query' as const,
  route,
});
const manifest = (operations: StoredManifest['operations'], more: Partial<StoredManifest> = {}): StoredManifest => ({
  client: 'app',
  identities: ['PARTNER'],
  operations,
  ...more,
});

it('tells what is added, changed and removed, by name', () => {
  const before = manifest([operation('Same'), operation('Text'), operation('Routed'), operation('Gone')]);
  const after = manifest([
    operation('Same'),
    operation('Text', 'b'),
    operation('Routed', 'a', { method: 'GET', path: '/a' }),
    operation('New'),
  ]);
  const changes = manifestChanges(before, after);
  expect(changes).toEqual({ added: ['New'], changed: ['Text', 'Routed'], removed: ['Gone'], settings: false });
  expect(changes && describeChanges(changes)).toEqual(['  + New', '  ~ Text', '  ~ Routed', '  - Gone']);
});

it('tells when only whose it is has changed', () => {
  expect(manifestChanges(manifest([]), manifest([], { identities: ['PARTNER:acme'] }))?.settings).toBe(true);
  expect(manifestChanges(manifest([]), manifest([], { statuses: { NOT_FOUND: 410 } }))?.settings).toBe(true);
});

it('says nothing where nothing has, whenever it was published; of the first something, even without operations', () => {
  const first = manifest([operation('A')], { publishedAt: '2026-01-01T00:00:00Z', statuses: {} });
  expect(manifestChanges(first, manifest([operation('A')]))).toBeUndefined();
  expect(manifestChanges(undefined, manifest([]))).toBeDefined();
});
