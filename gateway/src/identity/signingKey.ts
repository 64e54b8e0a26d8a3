import { z } from 'zod';

const SigningKey = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  d: z.string(),
  kid: z.string().optional(),
});
/** A private key as JWK: what tokens for subgraphs are signed with. */
export type SigningKey = z.infer<typeof SigningKey>;

const SigningKeys = z.object({ keys: z.tuple([SigningKey], SigningKey) }).transform(({ keys: [first] }) => first);
const OneOrSeveral = z.union([SigningKey, SigningKeys]);

/** The key that signs, of a private JWK or a set of them. Throws an error that never says what stands there. */
export function parseSigningKey(text: string): SigningKey {
  try {
    return OneOrSeveral.parse(JSON.parse(text));
  } catch {
    throw new Error('not a private Ed25519 key as JWK, or a set of them of which the first signs');
  }
}
