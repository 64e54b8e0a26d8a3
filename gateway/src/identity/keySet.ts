import { z } from 'zod';

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });
/** The public keys that clients' tokens are checked with. */
export type KeySet = z.infer<typeof KeySet>;

/** Reads a JSON Web Key Set with at least one key. Throws an error that never says what stands there. */
export function parseKeySet(text: string): KeySet {
  try {
    return KeySet.parse(JSON.parse(text));
  } catch {
    throw new Error('not a JSON Web Key Set');
  }
}
