import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, errors, importJWK, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { Logger } from '../log.js';

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });
/** The public keys by which the gateway's tokens are verified. */
export type KeySet = { keys: Record<string, unknown>[] };

/** Between two readings for the sake of keys that nobody knows: a stranger's tokens must not make a process read all the time. */
const UNKNOWN_KEY_PAUSE_MS = 1_000;

/** Reads a JSON Web Key Set with at least one key; throws an error that says what it has to be. */
export function parseKeySet(text: string): KeySet {
  const parsed = KeySet.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new Error('not a JSON Web Key Set with at least one key');
}

/** The keys that are good at the moment. */
export interface GatewayKeys {
  /** Finds the key of a token, for jose; reads the file once more for a key that is not known yet. */
  readonly find: JWTVerifyGetKey;
  /** Another each time when the keys change. */
  readonly version: number;
  /** The ids of the keys. */
  readonly ids: readonly string[];
  /** Calls back after each change. */
  onChanged(listener: () => void): void;
  close(): void;
}

export interface GatewayKeysOptions {
  readonly keys: KeySet;
  /** Where they are read anew when they change; without it they never do. */
  readonly file?: string | undefined;
  readonly pollMs?: number;
  readonly log: Pick<Logger, 'info' | 'error'>;
}

/**
 * Follows the gateway's public keys: several are good at the same time while the gateway goes over from one to another. The file's status is looked at every `pollMs`, which also sees files that are replaced; one that cannot be used leaves the
 * keys before in use, and the log says so.
 */
export function followGatewayKeys({ keys, file, pollMs = 500, log }: GatewayKeysOptions): GatewayKeys {
  let text = JSON.stringify(parseKeySet(JSON.stringify(keys)));
  let current = keys;
  let set = createLocalJWKSet(keys as unknown as JSONWebKeySet);
  let version = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  const listeners: (() => void)[] = [];

  const read = async (path: string): Promise<void> => {
    try {
      const next = parseKeySet(await readFile(path, 'utf8'));
      const nextText = JSON.stringify(next);
      if (nextText === text) return;
      const nextSet = createLocalJWKSet(next as unknown as JSONWebKeySet);
      // Keys that are none would be found out only by the first token.
      for (const key of next.keys) if (key.kty === 'OKP') await importJWK(key as JWK, 'EdDSA');
      set = nextSet;
      [text, current] = [nextText, next];
      version += 1;
      log.info({ kids: idsOf(next) }, "the gateway's keys have changed");
      for (const listener of listeners) listener();
    } catch (error) {
      log.error({ err: error, file: path }, "the gateway's keys could not be read anew: the ones before stay in use");
    }
  };
  /** One reading at a time; what changes during one is seen by the next. */
  const reload = (path: string): Promise<void> => {
    reading ??= read(path).finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const onChange = () => {
    if (file !== undefined) void (reading ?? Promise.resolve()).then(() => reload(file));
  };
  if (file !== undefined) {
    watchFile(file, { interval: pollMs, persistent: false }, onChange);
    onChange(); // they may have changed since they were read for the configuration
  }

  return {
    async find(header, token) {
      try {
        return await set(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || file === undefined) throw error;
        const now = performance.now();
        if (!reading && now - readAt < UNKNOWN_KEY_PAUSE_MS) throw error;
        readAt = now;
        await reload(file);
        return set(header, token);
      }
    },
    get version() {
      return version;
    },
    get ids() {
      return idsOf(current);
    },
    onChanged: (listener) => void listeners.push(listener),
    close: () => {
      if (file !== undefined) unwatchFile(file, onChange);
    },
  };
}

function idsOf({ keys }: KeySet): string[] {
  return keys.map(({ kid }) => (typeof kid === 'string' ? kid : ''));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
