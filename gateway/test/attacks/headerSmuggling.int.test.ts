import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import type { SigningKey } from '../../src/identity/signingKey.js';
import { openSocket } from '../fixtures/openSocket.js';
import { type Gates, type Passage, startGates } from '../fixtures/startGates.js';
import { type Shop, startShop } from '../fixtures/startShop.js';
import { startTestGateway, type TestGateway } from '../fixtures/startTestGateway.js';
import { startTokenIssuer, type TokenIssuer } from '../fixtures/startTokenIssuer.js';

let shop: Shop;
let gates: Gates;
let gateway: TestGateway;
let issuer: TokenIssuer;
/** Of the caller, and of whom it would like to be. */
let own: string;
let wished: string;

// Forwards what a careless operator might.
const HEADER_RULES = JSON.stringify({
  all: {
    forward: ['x-tenant', 'x-identity', 'x-forwarded-for', 'x-user', 'identity', 'proxy-authorization'],
    rename: { authorization: 'x-client-authorization', 'x-sub': 'x-subject' },
  },
});
const VISITOR = { kind: 'VISITOR', sub: 'someone', scopes: ['read'] };
const ANONYMOUS = { kind: 'ANONYMOUS', sub: '', scopes: [] };
const BODY = JSON.stringify({ query: '{ people { id reviews { id } } }' });

beforeAll(async () => {
  shop = await startShop();
  gates = await startGates(shop);
  issuer = await startTokenIssuer();
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  gateway = await startTestGateway(shop, {
    headerRules: readConfig({ HEADER_RULES }, []).headerRules,
    subgraphUrls: gates.subgraphUrls,
    clientTokens: issuer.clientTokens,
    signingKey: { ...(await exportJWK(privateKey)), kid: 'gateway' } as SigningKey,
  });
  own = await issuer.bearer();
  wished = await issuer.bearer({ kind: 'OPERATOR', sub: 'ops', scope: 'all' });
});
afterAll(async () => {
  await gateway?.stop();
  await gates?.close();
  await shop?.close();
});
beforeEach(() => {
  gates.came.length = 0;
});

/** Sends these lines as they are. */
async function send(lines: readonly string[], body = BODY): Promise<{ status: number; answer: string }> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  const head = ['POST /graphql HTTP/1.1', `host: ${hostname}`, 'content-type: application/json', 'connection: close'];
  socket.write(`${[...head, `content-length: ${Buffer.byteLength(body)}`, ...lines].join('\r\n')}\r\n\r\n${body}`);
  const answer = await text(socket);
  return { status: Number(answer.split(' ')[1]), answer };
}

const valuesOf = ({ rawHeaders }: Passage, name: string) =>
  rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);

/** What each subgraph that was asked takes the caller for, by the only header that it believes. */
const identities = () =>
  gates.came.map((passage) => {
    const [authorization = '', ...more] = valuesOf(passage, 'authorization');
    expect(more).toEqual([]);
    const claims = decodeJwt(authorization.replace('Bearer ', ''));
    expect([claims.iss, claims.aud]).toEqual(['leadgraph-gateway', passage.subgraph]);
    return claims.identity;
  });

const pretended = JSON.stringify({ kind: 'OPERATOR', sub: 'ops', scopes: ['all'] });
const HEADERS: Record<string, () => string[]> = {
  'that name an identity': () => [
    `x-identity: ${pretended}`,
    `identity: ${pretended}`,
    'x-user: ops',
    'x-sub: ops',
    'x-kind: OPERATOR',
    'x-scopes: all',
  ],
  'that proxies send': () => [
    'x-forwarded-for: 127.0.0.1',
    'x-forwarded-user: ops',
    'x-forwarded-authorization: x',
    'forwarded: for=127.0.0.1',
    'x-real-ip: 127.0.0.1',
    'x-original-url: /',
  ],
  'that look like the one that counts': () => [
    `proxy-authorization: ${wished}`,
    `x-authorization: ${wished}`,
    `authorization2: ${wished}`,
    `authorization_: ${wished}`,
    `x-client-authorization: ${wished}`,
  ],
  'that subgraphs get from the gateway': () => [
    'x-operation-hash: 00',
    `x-request-id: ${'a'.repeat(129)}`,
    'te: trailers',
  ],
  'that belong to the connection': () => ['connection: close, authorization', 'keep-alive: authorization'],
};

describe('headers', () => {
  for (const [what, lines] of Object.entries(HEADERS)) {
    it(`${what} make nobody of an anonymous caller`, async () => {
      expect((await send(lines())).status).toBe(200);
      expect(identities()).toEqual([ANONYMOUS, ANONYMOUS]);
    });

    it(`${what} make nobody else of a caller`, async () => {
      for (const all of [
        [`authorization: ${own}`, ...lines()],
        [...lines(), `AUTHORIZATION: ${own}`],
      ]) {
        gates.came.length = 0;
        expect((await send(all)).status).toBe(200);
        expect(identities()).toEqual([VISITOR, VISITOR]);
      }
    });
  }

  it('given twice are refused', async () => {
    const { status } = await send([`authorization: ${own}`, `AuThOrIzAtIoN: ${wished}`]);
    expect(status).toBe(401);
    expect(gates.came).toEqual([]);
  });

  it('with two tokens in one are refused', async () => {
    for (const line of [`${own}, ${wished}`, `${own} ${wished}`, `${own},${wished}`]) {
      expect((await send([`authorization: ${line}`])).status).toBe(401);
    }
    expect(gates.came).toEqual([]);
  });

  it('with the gateway’s own token for a subgraph are refused', async () => {
    await send([`authorization: ${own}`]);
    const token = valuesOf(gates.came[0] as Passage, 'authorization')[0];
    gates.came.length = 0;
    expect((await send([`authorization: ${token}`])).status).toBe(401);
    expect(gates.came).toEqual([]);
  });

  it.each([
    ['folded', (token: string) => ['x-tenant: a', `\tauthorization: ${token}`]],
    ['with a space before the colon', (token: string) => [`authorization : ${token}`]],
    ['behind a bare line feed', (token: string) => [`x-tenant: a\nauthorization: ${token}`]],
    ['behind a bare carriage return', (token: string) => [`x-tenant: a\rauthorization: ${token}`]],
    ['behind a zero byte', (token: string) => [`x-tenant: a\0authorization: ${token}`]],
  ])('%s bring nothing in', async (_, lines) => {
    const { status } = await send(lines(wished));
    if (status === 200) for (const identity of identities()) expect(identity).toEqual(ANONYMOUS);
    else expect([400, status]).toEqual([status, 400]);
    for (const passage of gates.came) expect(valuesOf(passage, 'authorization')).toHaveLength(1);
  });

  it('of a second request in the body of the first bring nothing in', async () => {
    const hidden = `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: ${wished}\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
    const { status } = await send(['transfer-encoding: chunked'], `0\r\n\r\n${hidden}`);
    expect(status).toBe(400);
    expect(gates.came).toEqual([]);
  });

  it('a sane request id goes on, an insane one is replaced', async () => {
    await send(['x-request-id: ok-1']);
    await send([`x-request-id: a", "admin": "1`]);
    const ids = gates.came.map((passage) => valuesOf(passage, 'x-request-id'));
    expect(ids.slice(0, 2)).toEqual([['ok-1'], ['ok-1']]);
    for (const id of ids.slice(2)) expect(id).toEqual([expect.stringMatching(/^[\da-f-]{36}$/)]);
  });

  it('of a WebSocket’s upgrade change nobody either', async () => {
    const socket = await openSocket(`${gateway.url.replace('http', 'ws')}/graphql`, {
      init: { authorization: own, identity: pretended },
      headers: { authorization: wished, 'x-identity': pretended, 'x-user': 'ops' },
    });
    socket.subscribe('1', '{ people { id reviews { id } } }', { extensions: { identity: { kind: 'OPERATOR' } } });
    await socket.get('complete', '1');
    socket.socket.close();
    expect(identities()).toEqual([VISITOR, VISITOR]);
  });
});

describe('rules for headers', () => {
  it.each([
    { all: { forward: ['Authorization'] } },
    { all: { rename: { 'x-token': 'AUTHORIZATION' } } },
    { subgraphs: { people: { insert: { authorization: 'Bearer x' } } } },
  ])('cannot send what carries the identity while tokens are signed: %j', (rules) => {
    const signingKeyFile = `${shop.supergraphFile}.jwk`;
    expect(() =>
      readConfig({ HEADER_RULES: JSON.stringify(rules), GATEWAY_SIGNING_KEY_FILE: signingKeyFile }, []),
    ).toThrow(/"authorization" carries the gateway's own token/);
  });

  it.each(['x-request-id', 'X-Operation-Hash', 'host', 'Transfer-Encoding', 'content-length', 'connection'])(
    'cannot send %s',
    (name) => {
      const rules = JSON.stringify({ all: { rename: { 'x-any': name } } });
      expect(() => readConfig({ HEADER_RULES: rules }, [])).toThrow(/HEADER_RULES/);
    },
  );
});
