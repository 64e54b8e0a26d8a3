import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const FORMAT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Tells that a ciphertext cannot be opened: another key, another place (its `context`), or damaged bytes. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/**
 * Encrypts with AES-256-GCM. `context` (e.g. `lead:<id>`) is authenticated with it, so a ciphertext moved to another row does not open there.
 * Keys are key objects: handing over bytes costs twice the time of the decryption. Layout: format (1 byte), IV (12), tag (16), ciphertext.
 */
export function seal(key: KeyObject, context: string, plain: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), iv, cipher.getAuthTag(), body]);
}

/** Opens what `seal` made with the same key and context; throws `SealBroken` otherwise. */
export function unseal(key: KeyObject, context: string, sealed: Buffer): Buffer {
  if (sealed.length < 1 + IV_BYTES + TAG_BYTES || sealed[0] !== FORMAT) throw new SealBroken('not a sealed value');
  const iv = sealed.subarray(1, 1 + IV_BYTES);
  const tag = sealed.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw new SealBroken('the sealed value does not belong to this key and place', { cause: error });
  }
}
