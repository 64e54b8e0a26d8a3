import {
  CompactEncrypt,
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose';

/** The issuer's keys, which an attacker has not, but for the public ones. */
export interface IssuerKeys {
  readonly EdDSA: IssuerKey;
  readonly RS256: IssuerKey;
}
export interface IssuerKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

export const ISSUER = 'attacked-issuer';
export const AUDIENCE = 'attacked-graph';

/** Makes the key pairs of an issuer whose tokens are believed. */
export async function makeIssuerKeys(): Promise<IssuerKeys> {
  const make = async (alg: string): Promise<IssuerKey> => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    return { privateKey, publicKey, publicJwk: { ...(await exportJWK(publicKey)), kid: `key-${alg}`, alg } };
  };
  return { EdDSA: await make('EdDSA'), RS256: await make('RS256') };
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1_000);
const claimsOf = (change: object = {}) => ({
  sub: 'root',
  kind: 'OPERATOR',
  scope: 'policy:all',
  iss: ISSUER,
  aud: AUDIENCE,
  exp: now() + 300,
  ...change,
});
const sign = (key: CryptoKey | Uint8Array, header: JWTHeaderParameters, claims: Record<string, unknown> = claimsOf()) =>
  new SignJWT(claims).setProtectedHeader(header).sign(key);

/** A token that is good. */
export const goodToken = ({ EdDSA }: IssuerKeys, claims: object = {}): Promise<string> =>
  sign(EdDSA.privateKey, { alg: 'EdDSA', kid: 'key-EdDSA' }, claimsOf(claims));

/** What is sent as `authorization`, several times where it is a list. */
export type Forge = (keys: IssuerKeys) => Promise<string | readonly string[]>;

const bearer =
  (make: (keys: IssuerKeys) => Promise<string> | string): Forge =>
  async (keys) =>
    `Bearer ${await make(keys)}`;
const unsigned = (alg: string) => bearer(() => `${encode({ alg, typ: 'JWT' })}.${encode(claimsOf())}.`);
const bySecret = (secretOf: (key: IssuerKey) => Promise<string> | string) =>
  bearer(async ({ RS256 }) =>
    sign(new TextEncoder().encode(await secretOf(RS256)), { alg: 'HS256', kid: 'key-RS256' }),
  );
const signed = (change: object) => bearer((keys) => goodToken(keys, change));
const byStranger = (header: (jwk: JWK) => object) =>
  bearer(async () => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
    return sign(privateKey, { alg: 'EdDSA', ...header(await exportJWK(publicKey)) });
  });
const altered = (change: (parts: readonly string[]) => readonly string[]) =>
  bearer(async (keys) => change((await goodToken(keys)).split('.')).join('.'));

/** Tokens that are none, each of which has to be refused with 401 UNAUTHENTICATED. */
export const tokenAttacks: Readonly<Record<string, Forge>> = {
  'of the algorithm none': unsigned('none'),
  'of the algorithm None': unsigned('None'),
  'of no algorithm': bearer(() => `${encode({ typ: 'JWT' })}.${encode(claimsOf())}.`),
  'of the algorithm none, with the signature of another': bearer(async (keys) => {
    const [, payload, signature] = (await goodToken(keys)).split('.');
    return `${encode({ alg: 'none' })}.${payload}.${signature}`;
  }),
  'signed by HS256 with the public key in PEM': bySecret(({ publicKey }) => exportSPKI(publicKey)),
  'signed by HS256 with the public key as JWK': bySecret(({ publicJwk }) => JSON.stringify(publicJwk)),
  'signed by HS256 with the modulus of the public key': bySecret(({ publicJwk }) => String(publicJwk.n)),
  'signed by HS256 with nothing': bySecret(() => '\0'),
  'signed by PS256, which is not on the list': bearer(async () => {
    const { privateKey } = await generateKeyPair('PS256');
    return sign(privateKey, { alg: 'PS256', kid: 'key-RS256' });
  }),
  'for another audience': signed({ aud: 'another-graph' }),
  'for no audience': signed({ aud: undefined }),
  'of another issuer': signed({ iss: 'somebody' }),
  'that has expired': signed({ exp: now() - 60 }),
  'that never ends': signed({ exp: undefined }),
  'whose end is no number': signed({ exp: '2099-01-01' }),
  'that is not valid yet': signed({ nbf: now() + 300 }),
  'of an unknown key': bearer(({ EdDSA }) => sign(EdDSA.privateKey, { alg: 'EdDSA', kid: 'key-of-nobody' })),
  'of a key that is a path': byStranger(() => ({ kid: '../../../../dev/null' })),
  'of a key that is a statement': byStranger(() => ({ kid: "x' UNION SELECT 'key" })),
  'of a key of another algorithm': bearer(({ EdDSA }) => sign(EdDSA.privateKey, { alg: 'EdDSA', kid: 'key-RS256' })),
  'by a stranger under a known key’s name': byStranger(() => ({ kid: 'key-EdDSA' })),
  'that brings its key along': byStranger((jwk) => ({ jwk, kid: 'key-EdDSA' })),
  'that says where its key is': byStranger(() => ({ jku: 'http://127.0.0.1:1/jwks', kid: 'key-EdDSA' })),
  'that brings a certificate along': byStranger(() => ({ x5c: ['MIIB'], kid: 'key-EdDSA' })),
  'with an extension that must be understood': bearer(async (keys) => {
    const [, payload, signature] = (await goodToken(keys)).split('.');
    return `${encode({ alg: 'EdDSA', kid: 'key-EdDSA', crit: ['root'], root: true })}.${payload}.${signature}`;
  }),
  'whose claims were altered': altered(([header = '', , signature = '']) => [
    header,
    encode(claimsOf({ sub: 'other' })),
    signature,
  ]),
  'whose header was altered': altered(([, payload = '', signature = '']) => [
    encode({ alg: 'EdDSA' }),
    payload,
    signature,
  ]),
  'whose signature was cut off': altered(([header = '', payload = '']) => [header, payload, '']),
  'whose signature was altered': altered(([header = '', payload = '', signature = '']) => [
    header,
    payload,
    `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
  ]),
  'with a part too many': altered((parts) => [...parts, 'x']),
  'that is encrypted': bearer(async ({ RS256 }) => {
    const { publicKey } = await generateKeyPair('RSA-OAEP-256');
    return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(claimsOf())))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: RS256.publicJwk.kid })
      .encrypt(publicKey);
  }),
  'whose claims are no object': bearer(async ({ EdDSA }) => {
    const [header] = (await goodToken({ EdDSA } as IssuerKeys)).split('.');
    return `${header}.${encode(['root'])}.AAAA`;
  }),
  'whose claims are deep': bearer(
    () => `${encode({ alg: 'EdDSA', kid: 'key-EdDSA' })}.${Buffer.from('['.repeat(5_000)).toString('base64url')}.AAAA`,
  ),
  'without a kind': signed({ kind: undefined }),
  'that is several kinds': signed({ kind: ['OPERATOR', 'AGENT'] }),
  'whose kind is hidden in a prototype': bearer(async ({ EdDSA }) =>
    sign(
      EdDSA.privateKey,
      { alg: 'EdDSA', kid: 'key-EdDSA' },
      JSON.parse(JSON.stringify({ ...claimsOf(), kind: undefined }).replace('{', '{"__proto__":{"kind":"OPERATOR"},')),
    ),
  ),
  'that names itself anonymous': signed({ kind: 'ANONYMOUS' }),
  'whose kind forges another claim': signed({ kind: 'AGENT","kind":"OPERATOR' }),
  'without a subject': signed({ sub: undefined }),
  'of a very long subject': signed({ sub: 'x'.repeat(1_000) }),
  'with more scopes than there may be': signed({ scope: 'a '.repeat(2_500) }),
  'of 12 kB': bearer(() => 'e'.repeat(12_000)),
  'that is no token': bearer(() => 'nonsense'),
  'that is empty': bearer(() => ''),
  'by another scheme': async (keys) => `Basic ${await goodToken(keys)}`,
  'and another behind it': async (keys) => `Bearer ${await goodToken(keys)} ${await goodToken(keys)}`,
  'and another in a second header': async (keys) => [
    `Bearer ${await goodToken(keys)}`,
    `Bearer ${await goodToken(keys, { sub: 'other' })}`,
  ],
  'behind a header that is none': async (keys) => ['Bearer nonsense', `Bearer ${await goodToken(keys)}`],
  'before a header that is none': async (keys) => [`Bearer ${await goodToken(keys)}`, 'Bearer nonsense'],
};
