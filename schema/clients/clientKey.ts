import { createHash, randomBytes, randomInt } from 'node:crypto';

/** Beginning of every key: by it a key that has got into a repository or a log is found. */
const MARK = 'lgk';
const PREFIX_LENGTH = 12;
const PREFIX_CHARACTERS = '0123456789abcdefghijklmnopqrstuvwxyz';
const SECRET_BYTES = 32;
const FORM = /^lgk_([0-9a-z]{12})_([A-Za-z0-9_-]{43})$/;

/** The parts of a client's key. */
export interface KeyParts {
  /** Public: names the key in lists, logs and commands. */
  readonly prefix: string;
  readonly secret: string;
}

/** Makes a key: what the client sends, its public prefix, and the hash that is kept of its secret. */
export function makeClientKey(): { readonly key: string; readonly prefix: string; readonly hash: string } {
  const prefix = Array.from(
    { length: PREFIX_LENGTH },
    () => PREFIX_CHARACTERS[randomInt(PREFIX_CHARACTERS.length)],
  ).join('');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { key: `${MARK}_${prefix}_${secret}`, prefix, hash: hashSecret(secret).toString('hex') };
}

/** Takes a key apart; undefined when it has not the form of one. */
export function readClientKey(key: string): KeyParts | undefined {
  const [, prefix, secret] = FORM.exec(key) ?? [];
  return prefix !== undefined && secret !== undefined ? { prefix, secret } : undefined;
}

/**
 * What is kept of a secret. A fast hash on purpose: slow ones make up for passwords that can be guessed, and nobody guesses 256 random bits; at each request they would cost the gateway more than the
 * request itself.
 */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
