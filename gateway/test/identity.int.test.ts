import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CryptoKey, createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type GatewayConfig, readConfig } from '../src/config.js';
import type { SigningKey } from '../src/identity/signingKey.js';
import { eventually } from './fixtures/eventually.js';
import { openSocket } from './fixtures/openSocket.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { type Answer, startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

interface Keys {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

let shop: Shop;
let issuer: Record<'EdDSA' | 'ES256' | 'RS256', Keys>;
let signing: Keys;
let gateway: TestGateway;
let clientTokens: NonNullable<GatewayConfig['clientTokens']>;

beforeAll(async () => {
  shop = await startShop();
  issuer = { EdDSA: await makeKeys('EdDSA'), ES256: await makeKeys('ES256'), RS256: await makeKeys('RS256') };
  signing = await makeKeys('EdDSA');
  const keys = { keys: Object.values(issuer).map(({ publicJwk }) => publicJwk) } as never;
  clientTokens = { keys, issuer: 'test-issuer', audience: 'test-graph' };
  gateway = await startTestGateway(shop, { clientTokens, signingKey: signing.privateJwk as SigningKey });
});
afterAll(async () => {
  await gateway?.stop();
  await shop?.close();
});
beforeEach(() => {
  shop.seen.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

async function makeKeys(alg: string): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const kid = `${alg}-${Math.random()}`;
  return {
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg },
    privateJwk: { ...(await exportJWK(privateKey)), kid, alg },
  };
}

interface TokenOptions {
  alg?: 'EdDSA' | 'ES256' | 'RS256';
  claims?: Record<string, unknown>;
  iss?: string;
  aud?: string;
  expiresIn?: number;
  notBefore?: number;
}

function token({
  alg = 'EdDSA',
  claims = {},
  iss = 'test-issuer',
  aud = 'test-graph',
  expiresIn = 300,
  notBefore,
}: TokenOptions = {}) {
  const now = Math.floor(Date.now() / 1000);
  const jwt = new SignJWT({ sub: 'someone', kind: 'VISITOR', scope: 'read write', ...claims })
    .setProtectedHeader({ alg, kid: String(issuer[alg].publicJwk.kid) })
    .setIssuer(iss)
    .setAudience(aud)
    .setExpirationTime(now + expiresIn);
  if (notBefore !== undefined) jwt.setNotBefore(now + notBefore);
  return jwt.sign(issuer[alg].privateKey);
}

const ask = (authorization?: string) =>
  gateway.query('{ people { id reviews { id } } }', {}, authorization === undefined ? {} : { authorization });
const bearer = async (options?: TokenOptions) => `Bearer ${await token(options)}`;
const verifyAt = async (seen: number, audience: string) => {
  const sent = String(shop.seen[seen]?.headers.authorization).replace('Bearer ', '');
  return (
    await jwtVerify(sent, createLocalJWKSet({ keys: [signing.publicJwk] }), { audience, issuer: 'leadgraph-gateway' })
  ).payload;
};
const refusal = ({ status, body, headers }: Answer) => [
  status,
  body.errors[0].extensions.code,
  headers.get('www-authenticate')?.split(' ')[0],
];

describe('a token of a client', () => {
  for (const alg of ['EdDSA', 'ES256', 'RS256'] as const) {
    it(`signed by ${alg} is believed`, async () => {
      expect((await ask(await bearer({ alg }))).status).toBe(200);
    });
  }

  it('becomes a token of its own for each subgraph that is asked', async () => {
    await ask(await bearer());
    expect(shop.seen.map(({ subgraph }) => subgraph)).toEqual(['people', 'reviews']);
    for (const [index, subgraph] of ['people', 'reviews'].entries()) {
      const payload = await verifyAt(index, subgraph);
      expect(payload.identity).toEqual({ kind: 'VISITOR', sub: 'someone', scopes: ['read', 'write'] });
      expect(Number(payload.exp) - Number(payload.iat)).toBeLessThanOrEqual(60);
    }
  });

  it('is not passed on itself', async () => {
    const authorization = await bearer();
    await ask(authorization);
    for (const { headers } of shop.seen) expect(JSON.stringify(headers)).not.toContain(authorization.slice(7));
  });

  const refused: Record<string, () => Promise<string> | string> = {
    'that has expired': () => bearer({ expiresIn: -30 }),
    'that is not valid yet': () => bearer({ notBefore: 120 }),
    'for another audience': () => bearer({ aud: 'other-graph' }),
    'of another issuer': () => bearer({ iss: 'somebody' }),
    'whose claims were altered': async () => {
      const [header, payload, signature] = (await token()).split('.');
      const claims = JSON.parse(Buffer.from(String(payload), 'base64url').toString());
      return `Bearer ${header}.${Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url')}.${signature}`;
    },
    'that is not signed': async () => {
      const [, payload] = (await token()).split('.');
      return `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    },
    'signed with the public key as a secret': async () => {
      const secret = new TextEncoder().encode(JSON.stringify(issuer.RS256.publicJwk));
      const forged = new SignJWT({ sub: 'root', kind: 'VISITOR' })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('5m');
      return `Bearer ${await forged.setIssuer('test-issuer').setAudience('test-graph').sign(secret)}`;
    },
    'signed by a stranger': async () => {
      const { privateKey } = await makeKeys('EdDSA');
      const forged = new SignJWT({ sub: 'root', kind: 'VISITOR' })
        .setProtectedHeader({ alg: 'EdDSA' })
        .setExpirationTime('5m');
      return `Bearer ${await forged.setIssuer('test-issuer').setAudience('test-graph').sign(privateKey)}`;
    },
    'whose key is not in the set': async () => `Bearer ${await tokenBy(await makeKeys('EdDSA'))}`,
    'without a kind': () => bearer({ claims: { kind: undefined } }),
    'that names itself anonymous': () => bearer({ claims: { kind: 'ANONYMOUS' } }),
    'without a subject': () => bearer({ claims: { sub: '' } }),
    'that is no token': () => 'Bearer nonsense',
    'by another scheme': () => 'Basic dXNlcjpwYXNz',
    'that is empty': () => 'Bearer ',
  };
  for (const [what, authorization] of Object.entries(refused)) {
    it(`${what} is refused, and no subgraph hears of it`, async () => {
      expect(refusal(await ask(await authorization()))).toEqual([401, 'UNAUTHENTICATED', 'Bearer']);
      expect(shop.seen).toEqual([]);
    });
  }

  it('says what is wrong with it', async () => {
    expect((await ask(await bearer({ expiresIn: -30 }))).body.errors[0].message).toContain('has expired');
    expect((await ask(await bearer({ aud: 'x' }))).body.errors[0].message).toContain('another audience');
  });

  it('that was believed once is refused after its end', async () => {
    const authorization = await bearer({ expiresIn: 60 });
    expect((await ask(authorization)).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 70_000 });
    expect(refusal(await ask(authorization))).toEqual([401, 'UNAUTHENTICATED', 'Bearer']);
  });
});

it('a request without a token is anonymous', async () => {
  await ask();
  expect((await verifyAt(0, 'people')).identity).toEqual({ kind: 'ANONYMOUS', sub: '', scopes: [] });
});

describe('the token for a subgraph', () => {
  const sent = () => shop.seen.map(({ headers }) => headers.authorization);

  it('is made once for an identity and a subgraph', async () => {
    await ask(await bearer());
    await ask(await bearer({ expiresIn: 200 }));
    const [people, reviews, peopleAgain, reviewsAgain] = sent();
    expect([peopleAgain, reviewsAgain]).toEqual([people, reviews]);
    expect(people).not.toBe(reviews);
    await ask(await bearer({ claims: { sub: 'another' } }));
    expect(sent()[4]).not.toBe(people);
    await ask(await bearer({ claims: { scope: 'read' } }));
    expect(sent()[6]).not.toBe(people);
  });

  it('is made anew before it expires', async () => {
    await ask();
    const before = sent()[0];
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 45_000 });
    await ask();
    expect(sent()[2]).not.toBe(before);
  });
});

it('refuses a token when it has no keys to check it with, rather than taking it for nobody', async () => {
  const open = await startTestGateway(shop);
  try {
    const authorization = await bearer();
    expect(refusal(await open.query('{ people { id } }', {}, { authorization }))).toEqual([
      401,
      'UNAUTHENTICATED',
      'Bearer',
    ]);
    expect((await open.query('{ people { id } }')).status).toBe(200);
  } finally {
    await open.stop();
  }
});

/** Signs by a key that is none of the issuer's from the beginning. */
function tokenBy({ privateKey, publicJwk }: Keys, header: { kid?: string | undefined } = publicJwk) {
  const { kid } = header;
  return new SignJWT({ sub: 'someone', kind: 'VISITOR' })
    .setProtectedHeader({ alg: 'EdDSA', ...(kid !== undefined && { kid }) })
    .setIssuer('test-issuer')
    .setAudience('test-graph')
    .setExpirationTime('5m')
    .sign(privateKey);
}

describe('keys in a file', () => {
  let file: string;
  let read: TestGateway;
  let [before, after]: Keys[] = [];
  const write = async (text: string) => {
    // As who rotates keys does, so that the file is never half written.
    await writeFile(`${file}.next`, text);
    await rename(`${file}.next`, file);
  };
  const setOf = (...keys: readonly (Keys | undefined)[]) =>
    JSON.stringify({ keys: keys.map((each) => each?.publicJwk) });
  const statusOf = async (jwt: string) =>
    (await read.query('{ people { id } }', {}, { authorization: `Bearer ${jwt}` })).status;

  beforeAll(async () => {
    [before, after] = [await makeKeys('EdDSA'), await makeKeys('EdDSA')];
    file = join(await mkdtemp(join(tmpdir(), 'gateway-keys-')), 'jwks.json');
    await write(setOf(before));
    const { clientTokens: fromFile } = readConfig(
      { JWKS_FILE: file, JWT_ISSUER: 'test-issuer', JWT_AUDIENCE: 'test-graph' },
      [],
    );
    read = await startTestGateway(shop, { clientTokens: fromFile });
  });
  afterAll(async () => {
    await read?.stop();
    await rm(dirname(file), { recursive: true });
  });

  it('are read again when it changes: a new key works, one that went does not, and what is no set changes nothing', async () => {
    if (!before || !after) throw new Error('no keys');
    const [old, next] = [await tokenBy(before), await tokenBy(after)];
    expect([await statusOf(old), await statusOf(next)]).toEqual([200, 401]);
    await write(setOf(before, after));
    await eventually(async () => expect(await statusOf(next)).toBe(200));
    expect(await statusOf(old)).toBe(200);
    // Of two keys that could be it, the right one is found.
    expect(await statusOf(await tokenBy(after, { kid: undefined }))).toBe(200);
    expect(await statusOf(await tokenBy(await makeKeys('EdDSA'), { kid: undefined }))).toBe(401);
    await write('{"keys": [');
    await write(setOf(after));
    // It was remembered as good.
    await eventually(async () => expect(await statusOf(old)).toBe(401));
    expect(await statusOf(next)).toBe(200);
    await write('nonsense');
    await write('{"keys": []}');
    expect(await statusOf(next)).toBe(200);
    await write(setOf(before));
    await eventually(async () => expect(await statusOf(old)).toBe(200));
    expect(await statusOf(next)).toBe(401);
  });
});

describe('what is open under a token', () => {
  it('ends when its key goes, so that its client comes again and is asked; under other keys it stays', async () => {
    const [going, staying] = [await makeKeys('EdDSA'), await makeKeys('EdDSA')];
    const folder = await mkdtemp(join(tmpdir(), 'gateway-keys-'));
    const file = join(folder, 'jwks.json');
    await writeFile(file, JSON.stringify({ keys: [going.publicJwk, staying.publicJwk] }));
    const env = { JWKS_FILE: file, JWT_ISSUER: 'test-issuer', JWT_AUDIENCE: 'test-graph' };
    const read = await startTestGateway(shop, { clientTokens: readConfig(env, []).clientTokens });
    onTestFinished(async () => {
      await read.stop();
      await rm(folder, { recursive: true });
    });
    const url = `${read.url.replace('http', 'ws')}/graphql`;
    const init = async (keys: Keys) => ({ authorization: `Bearer ${await tokenBy(keys)}` });
    const old = await openSocket(url, { init: await init(going) });
    const other = await openSocket(url, { init: await init(staying) });
    // What else an issuer writes beside a key makes it no other one.
    await writeFile(`${file}.next`, JSON.stringify({ keys: [{ ...staying.publicJwk, use: 'sig' }] }));
    await rename(`${file}.next`, file);
    expect((await old.closed).code).toBe(4513);
    other.subscribe('1', '{ people { id } }');
    await other.get('next', '1');
    const again = await openSocket(url);
    again.send({ type: 'connection_init', payload: await init(going) });
    expect((await again.closed).code).toBe(4403);
    other.socket.close();
  });
});

describe('keys at an address', () => {
  let server: Server;
  let healthy = true;
  let malformed = false;
  let fetches = 0;
  let served: JWK[];
  let remote: TestGateway;
  const query = async (authorization: string) => remote.query('{ people { id } }', {}, { authorization });
  // Time does not go back between tests.
  let ahead = 0;
  const later = (ms: number) => {
    ahead += ms;
    vi.useRealTimers();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ahead });
  };

  beforeAll(async () => {
    served = Object.values(issuer).map(({ publicJwk }) => publicJwk);
    server = createServer((_request, response) => {
      fetches += 1;
      response.writeHead(healthy ? 200 : 500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ keys: malformed ? 'soon' : served }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    remote = await startTestGateway(shop, {
      clientTokens: { ...clientTokens, keys: new URL(`http://127.0.0.1:${port}/jwks`) },
    });
  });
  afterAll(async () => {
    await remote?.stop();
    server?.close();
  });

  it('are fetched; while they cannot be, the client is told to come again', async () => {
    const authorization = await bearer();
    healthy = false;
    const unavailable = await query(authorization);
    expect(refusal(unavailable).slice(0, 2)).toEqual([503, 'IDENTITY_UNAVAILABLE']);
    healthy = true;
    malformed = true;
    expect(refusal(await query(authorization)).slice(0, 2)).toEqual([503, 'IDENTITY_UNAVAILABLE']);
    malformed = false;
    expect((await query(authorization)).status).toBe(200);
  });

  it('are fetched for a key that is not known, and not again for each', async () => {
    const rotated = await makeKeys('EdDSA');
    const stranger = await makeKeys('EdDSA');
    later(2_000);
    served = [...served, rotated.publicJwk];
    expect((await query(`Bearer ${await tokenBy(rotated)}`)).status).toBe(200);
    const before = fetches;
    for (let each = 0; each < 20; each += 1) {
      expect((await query(`Bearer ${await tokenBy(stranger, { kid: `unknown-${each}` })}`)).status).toBe(401);
    }
    expect(fetches).toBe(before);
  });

  it('that are not there any more stop to work, also for tokens that were believed', async () => {
    const gone = await makeKeys('EdDSA');
    later(2_000);
    served = [...served, gone.publicJwk];
    const authorization = `Bearer ${await tokenBy(gone)}`;
    expect((await query(authorization)).status).toBe(200);
    served = served.filter((each) => each !== gone.publicJwk);
    expect((await query(authorization)).status).toBe(200);
    later(61_000);
    await eventually(async () => expect((await query(authorization)).status).toBe(401));
    expect((await query(await bearer())).status).toBe(200);
  });

  it('are used on for a while when the address is away', async () => {
    healthy = false;
    later(120_000);
    expect((await query(await bearer())).status).toBe(200);
    later(16 * 60_000);
    expect((await query(await bearer())).status).toBe(503);
    healthy = true;
    expect((await query(await bearer())).status).toBe(200);
  });
});
