import { readFileSync } from 'node:fs';
import { importJWK, type JWK, SignJWT } from 'jose';

export const tokenKinds = ['OPERATOR', 'FRONTEND', 'AGENT', 'PARTNER'] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** Who a token is for. An agent's `sub` is its id, a partner's its name. */
export interface TokenSubject {
  readonly kind: TokenKind;
  readonly sub: string;
}

/** What the demo's callers may do besides what their kind allows. */
export const defaultScopes: Readonly<Record<TokenKind, readonly string[]>> = {
  OPERATOR: ['contacts:read'],
  FRONTEND: [],
  AGENT: [],
  PARTNER: [],
};

/** Signs clients' tokens with the local stack's own issuer key. */
export type IssueToken = (
  subject: TokenSubject,
  options?: { scopes?: readonly string[]; expires?: string },
) => Promise<string>;

/** Makes the local issuer. `expires` of a token is a time span such as `12h` or `30 days`; the default is 12 hours. */
export async function createIssuer(options: {
  keyFile: string;
  issuer: string;
  audience: string;
}): Promise<IssueToken> {
  const jwk = JSON.parse(readFileSync(options.keyFile, 'utf8')) as JWK;
  const key = await importJWK(jwk, 'EdDSA');
  return ({ kind, sub }, { scopes = defaultScopes[kind], expires = '12h' } = {}) =>
    new SignJWT({ kind, scope: scopes.join(' ') })
      .setProtectedHeader({ alg: 'EdDSA', ...(jwk.kid && { kid: jwk.kid }) })
      .setSubject(sub)
      .setIssuer(options.issuer)
      .setAudience(options.audience)
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(key);
}

/** Reads `agent:ID`, `operator:NAME`, `partner:ID`, `frontend:NAME`; undefined when it is none of them. */
export function parseSubject(text: string): TokenSubject | undefined {
  const [, kindText = '', sub = ''] = /^([a-z]+):(.+)$/.exec(text) ?? [];
  const kind = tokenKinds.find((each) => each === kindText.toUpperCase());
  return kind && sub.length <= 256 ? { kind, sub } : undefined;
}
