import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Logger } from '../log.js';
import { parseSigningKey, type SigningKey } from './signingKey.js';

export interface WatchSigningKeyOptions {
  readonly file: string;
  readonly pollMs: number;
  /** The key in use at the beginning. */
  readonly key: SigningKey;
  /** Takes a key that has changed; may reject for one that cannot be used. */
  readonly exchange: (key: SigningKey) => Promise<void>;
  readonly log: Logger;
}

/**
 * Follows the file of the key that tokens for subgraphs are signed with, as `watchSupergraphFile` follows its file. A file that cannot be read or used leaves the key before in use, and the log says so. Returns the function that ends it.
 */
export function watchSigningKey({ file, pollMs, key, exchange, log }: WatchSigningKeyOptions): () => void {
  let current = key;
  let reading: Promise<void> = Promise.resolve();
  const reload = async () => {
    try {
      const next = parseSigningKey(await readFile(file, 'utf8'));
      if (next.kid === current.kid && next.d === current.d) return;
      await exchange(next);
      current = next;
      log.info({ kid: next.kid }, 'tokens for subgraphs are signed with another key');
    } catch (error) {
      // What is wrong with the key, not what stands in its file.
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ file, reason }, 'the signing key could not be read anew: the one before stays in use');
    }
  };
  const onChange = () => {
    reading = reading.then(reload);
  };
  watchFile(file, { interval: pollMs, persistent: false }, onChange);
  return () => unwatchFile(file, onChange);
}
