import { describe, expect, it } from 'vitest';
import type { StoredClient, StoredKey } from '../clients/storedClients.ts';
import { keyUntil, newPartner, rotateKey, withoutKey } from './partnerKeys.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const DAY = 86_400_000;

const key = (prefix: string, ageDays: number, lifeDays?: number): StoredKey =>
  keyUntil({ prefix, hash: '0'.repeat(64) }, NOW - ageDays * DAY, lifeDays && lifeDays * DAY);
const partner = (...keys: StoredKey[]): StoredClient => ({ ...newPartner('acme', ['a'], key('x', 0)), keys });
const ends = ({ keys }: StoredClient) => keys.map(({ prefix, expiresAt }) => [prefix, expiresAt?.slice(0, 10)]);

describe('rotating', () => {
  it('lets the key before work for a while', () => {
    const { client, ended } = rotateKey(partner(key('old', 10)), key('new', 0), NOW, 7 * DAY);
    expect([ends(client), ended]).toEqual([
      [
        ['old', '2026-06-08'],
        ['new', undefined],
      ],
      [],
    ]);
    expect(client.identity).toEqual({ kind: 'PARTNER', sub: 'acme', scopes: ['a'] });
  });

  it('never makes a key last longer', () => {
    const { client } = rotateKey(partner(key('old', 10, 12)), key('new', 0), NOW, 7 * DAY);
    expect(ends(client)).toEqual([
      ['old', '2026-06-03'],
      ['new', undefined],
    ]);
  });

  it('keeps two keys at the most: of three the oldest ends now, whatever their order', () => {
    const { client, ended } = rotateKey(partner(key('newer', 1), key('older', 5)), key('new', 0), NOW, 7 * DAY);
    expect([ends(client), ended]).toEqual([
      [
        ['newer', '2026-06-08'],
        ['new', undefined],
      ],
      ['older'],
    ]);
  });

  it('drops what has ended, and with no time left the key before as well', () => {
    const before = partner(key('gone', 10, 5), key('old', 1));
    expect(rotateKey(before, key('new', 0), NOW, DAY).ended).toEqual([]);
    const { client, ended } = rotateKey(before, key('new', 0), NOW, 0);
    expect([ends(client), ended]).toEqual([[['new', undefined]], ['old']]);
  });
});

it('one key is taken away by its prefix', () => {
  const both = partner(key('one', 1), key('two', 1));
  expect(withoutKey(both, 'one')?.keys.map(({ prefix }) => prefix)).toEqual(['two']);
  expect(withoutKey(both, 'three')).toBeUndefined();
});
