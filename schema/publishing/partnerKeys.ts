import { MOST_KEYS, type StoredClient, type StoredKey } from '../clients/storedClients.ts';

/** What identities of this platform's partners are called. The gateway gives kinds no meaning. */
const PARTNER = 'PARTNER';

/** A partner's record with its first key. */
export function newPartner(name: string, scopes: readonly string[], key: StoredKey): StoredClient {
  return { identity: { kind: PARTNER, sub: name, scopes: [...scopes] }, keys: [key] };
}

/** A key of so much life, from its prefix and hash. */
export function keyUntil(
  { prefix, hash }: Pick<StoredKey, 'prefix' | 'hash'>,
  now: number,
  lifeMs: number | undefined,
): StoredKey {
  const createdAt = new Date(now).toISOString();
  return { prefix, hash, createdAt, ...(lifeMs !== undefined && { expiresAt: new Date(now + lifeMs).toISOString() }) };
}

/**
 * Adds a key; the newest of those before works for `keepMs` more, or shorter where it would have ended sooner. There are never more than two: where there were two, the older one ends now. Gives the prefixes of those that end
 * now, too.
 */
export function rotateKey(
  client: StoredClient,
  key: StoredKey,
  now: number,
  keepMs: number,
): { readonly client: StoredClient; readonly ended: readonly string[] } {
  const live = client.keys
    .filter((each) => isLive(each, now))
    .sort((one, other) => compare(one.createdAt, other.createdAt));
  const kept = keepMs > 0 ? live.slice(-(MOST_KEYS - 1)) : [];
  const until = now + keepMs;
  const shortened = kept.map((each) => ({ ...each, expiresAt: new Date(Math.min(until, endOf(each))).toISOString() }));
  return {
    client: { ...client, keys: [...shortened, key] },
    ended: live.filter((each) => !kept.includes(each)).map(({ prefix }) => prefix),
  };
}

/** Takes a key away; undefined where there is none of this prefix. */
export function withoutKey(client: StoredClient, prefix: string): StoredClient | undefined {
  const keys = client.keys.filter((each) => each.prefix !== prefix);
  return keys.length === client.keys.length ? undefined : { ...client, keys };
}

export function isLive(key: StoredKey, now: number): boolean {
  return endOf(key) > now;
}

function endOf({ expiresAt }: StoredKey): number {
  return expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
}

function compare(one: string, other: string): number {
  return Date.parse(one) - Date.parse(other);
}
