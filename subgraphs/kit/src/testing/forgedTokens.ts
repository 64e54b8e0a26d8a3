import { type CryptoKey, generateKeyPair, SignJWT } from 'jose';
import { GATEWAY_ISSUER } from '../identity/gatewayToken.js';

/** Whom a forged token is to pass for, and what the forger knows: the true gateway's keys, as far as a test has them. */
export interface ForgersKit {
  /** Of the gateway: for tokens that it would never make. */
  readonly privateKey: CryptoKey | Uint8Array;
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] };
}

/** Makes the token for a subgraph; undefined: none at all. */
export type ForgedToken = (kit: ForgersKit, subgraph: string) => Promise<string | undefined> | string | undefined;

const identity = { kind: 'OPERATOR', sub: 'ops', scopes: ['contacts:read'] };
const seconds = () => Math.floor(Date.now() / 1000);
const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const kidOf = ({ jwks }: ForgersKit) => String(jwks.keys[0]?.kid);

interface Claims {
  readonly audience?: string | string[];
  readonly issuer?: string;
  readonly issuedAt?: number;
  readonly expiresAt?: number;
  readonly identity?: unknown;
  readonly kid?: string;
}

/** What the gateway would make, but for the claims that are given. */
async function signed(kit: ForgersKit, subgraph: string, claims: Claims = {}, key = kit.privateKey): Promise<string> {
  const { audience = subgraph, issuer = GATEWAY_ISSUER, issuedAt = seconds(), kid = kidOf(kit) } = claims;
  return new SignJWT({ identity: 'identity' in claims ? claims.identity : identity })
    .setProtectedHeader({ alg: 'EdDSA', kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(claims.expiresAt ?? issuedAt + 60)
    .sign(key);
}

/** Another token with a part of this one. */
async function withPart(token: Promise<string>, index: 0 | 1 | 2, change: (part: string) => string): Promise<string> {
  const parts = (await token).split('.');
  parts[index] = change(parts[index] ?? '');
  return parts.join('.');
}

function unsecured(kit: ForgersKit, subgraph: string, alg: string): string {
  const now = seconds();
  const claims = { identity, iss: GATEWAY_ISSUER, aud: subgraph, iat: now, exp: now + 50 };
  return `${encoded({ alg, kid: kidOf(kit) })}.${encoded(claims)}.`;
}

async function stranger(): Promise<CryptoKey> {
  return (await generateKeyPair('EdDSA')).privateKey;
}

/** The public key as an HMAC's secret, in each form in which one might come to think of it. */
function keyedByPublicKey(secretOf: (key: Record<string, unknown>) => string | Buffer): ForgedToken {
  return (kit, subgraph) => {
    const now = seconds();
    return new SignJWT({ identity })
      .setProtectedHeader({ alg: 'HS256', kid: kidOf(kit) })
      .setIssuer(GATEWAY_ISSUER)
      .setAudience(subgraph)
      .setIssuedAt(now)
      .setExpirationTime(now + 50)
      .sign(Buffer.from(secretOf(kit.jwks.keys[0] ?? {})));
  };
}

/** Everything that is no token of the gateway for this subgraph and this moment: each is to be answered with 401, by every subgraph. */
export const forgedTokens: readonly (readonly [name: string, make: ForgedToken])[] = [
  ['no token', () => undefined],
  ['something else', () => 'letmein'],
  ['an expired one', (kit, of) => signed(kit, of, { issuedAt: seconds() - 65 })],
  ['one for another subgraph', (kit) => signed(kit, 'another')],
  ['one for no subgraph', (kit) => signed(kit, '')],
  ['one of another issuer', (kit, of) => signed(kit, of, { issuer: 'leadgraph-local' })],
  ['one that lives longer than a minute', (kit, of) => signed(kit, of, { expiresAt: seconds() + 3_600 })],
  ['one that will be made later', (kit, of) => signed(kit, of, { issuedAt: seconds() + 3_600 })],
  ['one without an identity', (kit, of) => signed(kit, of, { identity: undefined })],
  ['one of an unknown kind of identity', (kit, of) => signed(kit, of, { identity: { ...identity, kind: 'ROOT' } })],
  ['one with more than an identity', (kit, of) => signed(kit, of, { identity: { ...identity, admin: true } })],
  [
    'one whose claims were altered',
    (kit, of) =>
      withPart(signed(kit, of, { identity: { kind: 'AGENT', sub: 'a', scopes: [] } }), 1, (part) => {
        const claims = JSON.parse(String(Buffer.from(part, 'base64url')));
        return encoded({ ...claims, identity });
      }),
  ],
  [
    'one whose signature was altered',
    (kit, of) => withPart(signed(kit, of), 2, (part) => (part.startsWith('A') ? 'B' : 'A') + part.slice(1)),
  ],
  ['one without its signature', (kit, of) => withPart(signed(kit, of), 2, () => '')],
  ['one that says it needs no signature', (kit, of) => unsecured(kit, of, 'none')],
  ['one that says so in capitals', (kit, of) => unsecured(kit, of, 'NONE')],
  ['one keyed by the public key as JSON', keyedByPublicKey((key) => JSON.stringify(key))],
  ['one keyed by the public key', keyedByPublicKey(({ x }) => Buffer.from(String(x), 'base64url'))],
  ['one of a stranger', async (kit, of) => signed(kit, of, {}, await stranger())],
  ['one of an unknown key', async (kit, of) => signed(kit, of, { kid: 'unknown' }, await stranger())],
];
