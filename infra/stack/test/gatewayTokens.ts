import { generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';

/** Makes a token for a subgraph from the gateway's private key; undefined: none. */
export type MakeToken = (gatewayKey: JWK, subgraph: string) => Promise<string | undefined>;

type SignOptions = {
  key?: Parameters<SignJWT['sign']>[0];
  alg?: string;
  kid?: string;
  aud?: string;
  lives?: number;
  age?: number;
};

const CLAIMS = { identity: { kind: 'OPERATOR', sub: 'ops', scopes: ['contacts:read'] } };
const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');

async function sign(jwk: JWK, subgraph: string, options: SignOptions = {}): Promise<string> {
  const { alg = 'EdDSA', kid = String(jwk.kid), aud = subgraph, lives = 60, age = 0 } = options;
  const issuedAt = Math.floor(Date.now() / 1000) - age;
  return new SignJWT(CLAIMS)
    .setProtectedHeader({ alg, kid })
    .setIssuer('leadgraph-gateway')
    .setAudience(aud)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lives)
    .sign(options.key ?? (await importJWK(jwk, 'EdDSA')));
}

/** As the gateway makes it. */
export const trueToken: MakeToken = (jwk, subgraph) => sign(jwk, subgraph);

/** What every subgraph has to refuse. The kit's tests have more of them. */
export const forgedTokens: readonly (readonly [name: string, make: MakeToken])[] = [
  ['no token', async () => undefined],
  ['an expired one', (jwk, of) => sign(jwk, of, { age: 65 })],
  ['one for another subgraph', (jwk) => sign(jwk, 'another', { aud: 'another' })],
  ['one that lives too long', (jwk, of) => sign(jwk, of, { lives: 3_600 })],
  [
    'one whose claims were altered',
    async (jwk, of) => {
      const [head, claims = '', signature] = (await sign(jwk, of)).split('.');
      const { identity: _, ...rest } = JSON.parse(String(Buffer.from(claims, 'base64url')));
      return [head, encoded({ ...rest, identity: { ...CLAIMS.identity, sub: 'root' } }), signature].join('.');
    },
  ],
  [
    'one whose signature was altered',
    async (jwk, of) => {
      const [head, claims, signature = ''] = (await sign(jwk, of)).split('.');
      return [head, claims, (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)].join('.');
    },
  ],
  [
    'one that says it needs no signature',
    async (jwk, of) => {
      const [, claims] = (await sign(jwk, of)).split('.');
      return `${encoded({ alg: 'none', kid: jwk.kid })}.${claims}.`;
    },
  ],
  [
    'one keyed by the public key',
    (jwk, of) => sign(jwk, of, { alg: 'HS256', key: Buffer.from(String(jwk.x), 'base64url') }),
  ],
  ['one of a stranger', async (jwk, of) => sign(jwk, of, { key: (await generateKeyPair('EdDSA')).privateKey })],
  [
    'one of an unknown key',
    async (jwk, of) => sign(jwk, of, { kid: 'unknown', key: (await generateKeyPair('EdDSA')).privateKey }),
  ],
];
