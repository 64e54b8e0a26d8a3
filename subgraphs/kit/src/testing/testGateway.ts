import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { GATEWAY_ISSUER } from '../identity/gatewayToken.js';
import type { Identity } from '../identity/identity.js';

let keys: Promise<{ privateKey: CryptoKey; jwks: { keys: Record<string, unknown>[] } }> | undefined;

export type TestGateway = Awaited<ReturnType<typeof testGateway>>;

/** Stands for the gateway in a subgraph's tests: its key set, and tokens for any identity. */
export async function testGateway() {
  keys ??= generateKeyPair('EdDSA', { extractable: true }).then(async ({ privateKey, publicKey }) => ({
    privateKey,
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA' }] },
  }));
  const { privateKey, jwks } = await keys;
  return {
    jwks,
    privateKey,
    sign: (identity: Identity, audience: string, expiresInS = 60): Promise<string> =>
      new SignJWT({ identity })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'test' })
        .setIssuer(GATEWAY_ISSUER)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInS)
        .sign(privateKey),
  };
}
