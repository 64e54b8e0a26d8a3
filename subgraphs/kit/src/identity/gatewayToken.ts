import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { z } from 'zod';
import { type Identity, identityKinds } from './identity.js';

const IdentityClaim = z.strictObject({ kind: z.enum(identityKinds), sub: z.string(), scopes: z.array(z.string()) });

export const GATEWAY_ISSUER = 'leadgraph-gateway';
const LONGEST_LIFETIME_S = 60;
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
  jwks: { keys: Record<string, unknown>[] };
  now?: () => number;
}) {
  const keys = createLocalJWKSet(options.jwks as unknown as JSONWebKeySet);
  const now = options.now ?? Date.now;
  const verified = new Map<string, { identity: Identity; expiresAt: number }>();

  return async function verify(token: string): Promise<Identity> {
    const known = verified.get(token);
    if (known) {
      if (known.expiresAt > now()) return known.identity;
      verified.delete(token);
    }
    const { payload } = await jwtVerify(token, keys, {
      audience: options.audience,
      issuer: GATEWAY_ISSUER,
      algorithms: ['EdDSA'],
      requiredClaims: ['exp', 'iat', 'identity'],
      currentDate: new Date(now()),
    }).catch((error: unknown) => {
      if (error instanceof errors.JOSEError) throw new GatewayTokenRejected(error.code, { cause: error });
      throw error;
    });
    const { exp = 0, iat = 0 } = payload;
    if (exp - iat > LONGEST_LIFETIME_S) throw new GatewayTokenRejected('lifetime over 60 s');
    const claim = IdentityClaim.safeParse(payload.identity);
    if (!claim.success) throw new GatewayTokenRejected('malformed identity claim');
    if (verified.size >= CACHED_TOKENS) {
      const oldest = verified.keys().next().value;
      if (oldest !== undefined) verified.delete(oldest);
    }
    verified.set(token, { identity: claim.data, expiresAt: exp * 1000 });
    return claim.data;
  };
}
