import { errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { GatewayKeys } from './gatewayKeys.js';
import { type Identity, identityKinds } from './identity.js';

const IdentityClaim = z.strictObject({ kind: z.enum(identityKinds), sub: z.string(), scopes: z.array(z.string()) });

export const GATEWAY_ISSUER = 'leadgraph-gateway';
const LONGEST_LIFETIME_S = 60;
const CLOCK_TOLERANCE_S = 30;
const CACHED_TOKENS = 5_000;

/** Tells why a token of the gateway is not accepted. The message is for logs, never for the caller. */
export class GatewayTokenRejected extends Error {
  override readonly name = 'GatewayTokenRejected';
}

/**
 * Makes the check of the gateway's tokens for one subgraph: signature (EdDSA), issuer, audience, expiry, a lifetime of at most
 * 60 s, and the identity claim. A verified token is remembered until it expires, since the gateway sends the same one
 * for many requests and a signature check costs more than the whole rest of the way in.
 */
export function createGatewayTokenVerifier(options: {
  audience: string;
  keys: Pick<GatewayKeys, 'find' | 'version' | 'onChanged'>;
  now?: () => number;
}) {
  const { keys, now = () => Date.now() } = options;
  const verified = new Map<string, { identity: Identity; expiresAt: number }>();
  // Those of a key that has been taken away are worth nothing any more; the others are verified once more.
  keys.onChanged(() => verified.clear());

  return async function verify(token: string): Promise<Identity> {
    const known = verified.get(token);
    if (known) {
      if (known.expiresAt > now()) return known.identity;
      verified.delete(token);
    }
    const { version } = keys;
    const payload = await check(token).catch((error: unknown) => {
      if (error instanceof errors.JOSEError) throw new GatewayTokenRejected(error.code, { cause: error });
      throw error;
    });
    const { exp = 0, iat = 0 } = payload;
    // Nor one that says to be made in the future, beyond what clocks differ by.
    if (exp - iat > LONGEST_LIFETIME_S || exp - now() / 1000 > LONGEST_LIFETIME_S + CLOCK_TOLERANCE_S)
      throw new GatewayTokenRejected('lifetime over 60 s');
    const claim = IdentityClaim.safeParse(payload.identity);
    if (!claim.success) throw new GatewayTokenRejected('malformed identity claim');
    if (verified.size >= CACHED_TOKENS) {
      const oldest = verified.keys().next().value;
      if (oldest !== undefined) verified.delete(oldest);
    }
    // Unless its key may have been taken away meanwhile.
    if (keys.version === version) verified.set(token, { identity: claim.data, expiresAt: exp * 1000 });
    return claim.data;
  };

  async function check(token: string): Promise<JWTPayload> {
    const expected = {
      audience: options.audience,
      issuer: GATEWAY_ISSUER,
      algorithms: ['EdDSA'],
      requiredClaims: ['exp', 'iat', 'identity'],
      currentDate: new Date(now()),
    };
    try {
      return (await jwtVerify(token, keys.find, expected)).payload;
    } catch (error) {
      // Of a gateway whose keys have no ids.
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      for await (const key of error) {
        const verified = await jwtVerify(token, key, expected).catch((failure: unknown) => {
          if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
        });
        if (verified) return verified.payload;
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }
}
