import { isDeepStrictEqual } from 'node:util';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  type LocalJWKSet,
} from 'jose';
import type { Logger } from '../log.js';
import { watchFile } from '../watchFile.js';
import { type KeySet, parseKeySet } from './keySet.js';

/** How long a token is believed that was checked with keys of a file, which is known to have changed at once. */
const MEMORY_MS = 5 * 60_000;
/** The same with keys of an address, and how old these get before they are fetched anew: a key that was taken out stops to work within both together. */
const REMOTE_MEMORY_MS = 60_000;
/** As long as the address is away its keys are used for so long. */
const LONGEST_REMOTE_MS = 15 * 60_000;
/** A key id that is not known is asked for at the address this often at the most, whatever clients send. */
const COOLDOWN_MS = 1_000;
const FETCH_TIMEOUT_MS = 3_000;

/** The keys that clients' tokens are checked with. They may change at any time. */
export interface TokenKeys {
  readonly find: JWTVerifyGetKey;
  /** How long a token that has been checked is believed. */
  readonly memoryMs: number;
  /** Calls the listener when keys are not there any more as they were, with the ids of those that are gone or are others now. */
  onRemoved(listener: (ids: ReadonlySet<string | undefined>) => void): void;
  close(): void;
}

export interface TokenKeysOptions {
  readonly keys: KeySet | URL;
  /** Where the keys come from, to be read again when it changes. */
  readonly file?: string | undefined;
  readonly pollMs?: number;
  readonly log?: Logger;
}

/** Opens the keys of a file, of an address, or those given. */
export function openTokenKeys(options: TokenKeysOptions): TokenKeys {
  return options.keys instanceof URL ? keysAtAddress(options.keys) : keysInFile(options.keys, options);
}

/** A file that is not a set of keys any more is logged, and the keys before go on. */
function keysInFile(first: KeySet, { file, pollMs = 500, log }: TokenKeysOptions): TokenKeys {
  let keys = first;
  let set = createLocalJWKSet(keys as JSONWebKeySet);
  const listeners: Listener[] = [];
  const unwatch =
    file === undefined
      ? () => {}
      : watchFile(file, {
          pollMs,
          changed(text) {
            const read = parseKeySet(text);
            if (isDeepStrictEqual(read, keys)) return;
            set = createLocalJWKSet(read as JSONWebKeySet);
            const before = keys.keys;
            keys = read;
            tellRemoved(before, read.keys, listeners);
            log?.info({ file, keys: read.keys.length }, 'the keys of tokens have been read again');
          },
          failed: (error) =>
            log?.error({ err: error, file }, 'the keys of tokens cannot be read; those before are used'),
        });
  return {
    find: (header, token) => set(header, token),
    memoryMs: MEMORY_MS,
    onRemoved: (listener) => listeners.push(listener),
    close: unwatch,
  };
}

type Listener = Parameters<TokenKeys['onRemoved']>[0];
type Key = Readonly<Record<string, unknown>>;

function tellRemoved(before: readonly object[], after: readonly object[], listeners: readonly Listener[]): void {
  if (!before.some((key) => !after.some((each) => isDeepStrictEqual(each, key)))) return;
  // What else an issuer writes beside a key may change without making it another one.
  const kept = after.map((key) => essence(key as Key));
  const gone = before.filter((key) => !kept.some((each) => isDeepStrictEqual(each, essence(key as Key))));
  const ids = new Set(gone.map((key) => (key as Key).kid as string | undefined));
  for (const listener of listeners) listener(ids);
}

function essence({ kid, kty, crv, x, y, n, e }: Key): object {
  return { kid, kty, crv, x, y, n, e };
}

/** Keys are fetched at the first token and from then on about every minute, beside the requests; at once for a key id that is not known. */
function keysAtAddress(address: URL): TokenKeys {
  const remote = createRemoteJWKSet(address, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    // Looked after here: the library would let every request wait for an issuer that is away.
    cacheMaxAge: Number.POSITIVE_INFINITY,
  });
  let known: ReturnType<LocalJWKSet['jwks']> | undefined;
  let fetchedAt = 0;
  const listeners: Listener[] = [];

  const notice = () => {
    const keys = remote.jwks();
    if (!keys || isDeepStrictEqual(keys, known)) return;
    const before = known?.keys ?? [];
    known = keys;
    tellRemoved(before, keys.keys, listeners);
  };
  const reload = async () => {
    await remote.reload();
    fetchedAt = Date.now();
    notice();
  };
  return {
    async find(header, token) {
      const age = Date.now() - fetchedAt;
      if (age > LONGEST_REMOTE_MS) await reload();
      else if (age > REMOTE_MEMORY_MS) void reload().catch(() => {}); // tried again with the next token
      const key = await remote(header, token);
      notice();
      return key;
    },
    memoryMs: REMOTE_MEMORY_MS,
    onRemoved: (listener) => listeners.push(listener),
    close() {},
  };
}
