import { timingSafeEqual } from 'node:crypto';
import { hashSecret, readClientKey } from '@leadgraph/schema/clients';
import { LRUCache } from 'lru-cache';
import type { ClientDirectory, ClientKey, ClientSnapshot } from '../clients/clientDirectory.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type { Credentials } from './clientToken.js';
import type { Identity } from './identity.js';
import { whenExpired } from './whenExpired.js';

const REMEMBERED_KEYS = 10_000;
/** Compared with where there is nothing to compare with, so that it takes as long. */
const NO_HASH = Buffer.alloc(32);

/** Checks clients' keys. */
export interface ClientKeys {
  /** The header that carries a key, in lower case. */
  readonly header: string;
  /** Throws `RequestRefused`: UNAUTHENTICATED for a key that is unknown, revoked or expired, which it does not tell apart, CLIENTS_UNAVAILABLE before clients have been read. */
  authenticate(key: string): Credentials;
  /** The credentials of a key that was checked before, by its prefix. Throws as `authenticate`. */
  resume(prefix: string): Credentials;
  /** Keys that were refused, since the start. */
  readonly refused: number;
}

/** What is open under a key, and who it belongs to as long as it is. */
interface Watched {
  readonly identity: Identity;
  readonly listeners: Set<() => void>;
  expiresAt: number | undefined;
  stopExpiry: () => void;
}

/** Makes the check of keys against a directory; without one every key is refused. A key that was checked is remembered until the directory changes. */
export function createClientKeys(
  directory: ClientDirectory | undefined,
  header: string,
  now: () => number = () => Date.now(),
): ClientKeys {
  const verified = new LRUCache<string, Credentials>({ max: REMEMBERED_KEYS });
  const watched = new Map<string, Watched>();
  let refusals = 0;
  directory?.onChanged((snapshot) => {
    verified.clear();
    for (const [prefix, one] of watched) review(prefix, one, snapshot);
  });

  return {
    header,
    get refused() {
      return refusals;
    },
    authenticate(key) {
      const known = verified.get(key);
      if (known && !isOver(known.expiresAt, now())) return known;
      const snapshot = read();
      const parts = readClientKey(key);
      const found = parts && find(snapshot, parts.prefix);
      const isRight = timingSafeEqual(
        parts ? hashSecret(parts.secret) : NO_HASH,
        found ? Buffer.from(found.key.hash, 'hex') : NO_HASH,
      );
      if (!parts || !found || !isRight || isOver(found.expiresAt, now())) throw refuse();
      const credentials = credentialsOf(parts.prefix, found);
      verified.set(key, credentials);
      return credentials;
    },
    resume(prefix) {
      const found = find(read(), prefix);
      if (!found || isOver(found.expiresAt, now())) throw refuse();
      return credentialsOf(prefix, found);
    },
  };

  function read(): ClientSnapshot {
    if (!directory) throw refuse('This gateway knows no keys of clients. Send the request without');
    if (directory.current) return directory.current;
    const message = 'Keys cannot be checked at the moment. Send the request again in a few seconds.';
    throw new RequestRefused('CLIENTS_UNAVAILABLE', message, { headers: { 'retry-after': '5' } });
  }

  function refuse(message = 'The key is not valid. Check or replace'): RequestRefused {
    refusals += 1;
    return new RequestRefused('UNAUTHENTICATED', `${message} the header ${header}.`, {
      headers: { 'www-authenticate': `ApiKey header="${header}"` },
    });
  }

  function credentialsOf(keyPrefix: string, { identity, expiresAt }: Found): Credentials {
    return { identity, expiresAt, keyPrefix, onWithdrawn: (listener) => watch(keyPrefix, identity, listener) };
  }

  function watch(prefix: string, identity: Identity, listener: () => void): () => void {
    const found = directory?.current && find(directory.current, prefix);
    if (found?.identity !== identity) {
      // Withdrawn while the connection was made.
      queueMicrotask(listener);
      return () => {};
    }
    const one = watched.get(prefix) ?? { identity, listeners: new Set(), expiresAt: undefined, stopExpiry: () => {} };
    watched.set(prefix, one);
    one.listeners.add(listener);
    endWith(prefix, one, found.expiresAt);
    return () => {
      one.listeners.delete(listener);
      if (one.listeners.size > 0 || watched.get(prefix) !== one) return;
      one.stopExpiry();
      watched.delete(prefix);
    };
  }

  /** Tells those that are connected by a key when it is not there any more, has another identity, or has ended. */
  function review(prefix: string, one: Watched, snapshot: ClientSnapshot): void {
    const found = find(snapshot, prefix);
    if (found?.identity === one.identity) endWith(prefix, one, found.expiresAt);
    else withdraw(prefix, one);
  }

  function endWith(prefix: string, one: Watched, expiresAt: number | undefined): void {
    if (expiresAt === one.expiresAt) return;
    one.stopExpiry();
    one.expiresAt = expiresAt;
    one.stopExpiry = whenExpired(expiresAt, () => withdraw(prefix, one));
  }

  function withdraw(prefix: string, one: Watched): void {
    one.stopExpiry();
    if (watched.get(prefix) === one) watched.delete(prefix);
    const listeners = [...one.listeners];
    one.listeners.clear();
    for (const listener of listeners) listener();
  }
}

interface Found {
  readonly identity: Identity;
  readonly key: ClientKey;
  readonly expiresAt: number | undefined;
}

function find({ clientsByPrefix }: ClientSnapshot, prefix: string): Found | undefined {
  const client = clientsByPrefix.get(prefix);
  const key = client?.keys.find((each) => each.prefix === prefix);
  if (!client || !key) return undefined;
  const expiresAt = key.expiresAt === undefined ? undefined : Date.parse(key.expiresAt);
  return { identity: client.identity, key, expiresAt };
}

function isOver(moment: number | undefined, now: number): boolean {
  return moment !== undefined && moment <= now;
}
