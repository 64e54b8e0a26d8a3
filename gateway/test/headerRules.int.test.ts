import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.js';
import { type Gates, type Passage, startGates } from './fixtures/startGates.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

let shop: Shop;
let gates: Gates;
let gateway: TestGateway;
let issuer: TokenIssuer;

const HEADER_RULES = JSON.stringify({
  all: { forward: ['X-Tenant', 'authorization'], rename: { host: 'x-forwarded-host' }, insert: { 'x-via': 'gateway' } },
  subgraphs: { reviews: { forward: ['cookie'], insert: { 'x-via': 'gateway for reviews' } } },
});

beforeAll(async () => {
  shop = await startShop();
  gates = await startGates(shop);
  issuer = await startTokenIssuer();
  const { headerRules } = readConfig({ HEADER_RULES }, []);
  gateway = await startTestGateway(shop, {
    headerRules,
    subgraphUrls: gates.subgraphUrls,
    clientTokens: issuer.clientTokens,
  });
});
afterAll(async () => {
  await gateway?.stop();
  await gates?.close();
  await shop?.close();
});
beforeEach(() => {
  gates.came.length = 0;
});

const query = '{ people { id reviews { id } } }';
const names = ({ rawHeaders }: Passage) =>
  rawHeaders.filter((_each, index) => index % 2 === 0).map((name) => name.toLowerCase());

describe('the headers that subgraphs get', () => {
  it('are the gateway’s own, and those that rules name', async () => {
    const sent = { 'x-tenant': 'acme', cookie: 'a=1; b=2', 'x-other': 'no', referer: 'http://no', 'user-agent': 'no' };
    await gateway.query(query, {}, sent);
    const [people, reviews] = gates.came;
    expect(people?.headers).toMatchObject({
      'x-tenant': 'acme',
      'x-via': 'gateway',
      'x-forwarded-host': new URL(gateway.url).host,
    });
    expect(reviews?.headers).toMatchObject({ 'x-tenant': 'acme', 'x-via': 'gateway for reviews', cookie: 'a=1; b=2' });
    const always = ['host', 'content-type', 'content-length', 'accept', 'x-request-id', 'x-operation-hash'];
    for (const passage of gates.came) {
      const expected = [...always, 'x-tenant', 'x-via', 'x-forwarded-host', ...(passage === reviews ? ['cookie'] : [])];
      expect(
        names(passage)
          .filter((name) => name !== 'connection')
          .sort(),
      ).toEqual(expected.sort());
    }
  });

  it('keep the value byte for byte', async () => {
    for (const value of ['a  b', 'a,b', '"q"', 'caf\u00e9', '%0d%0a', 'x: y', "'\\"]) {
      await gateway.query('{ people { id } }', {}, { 'x-tenant': value });
      expect(gates.came.at(-1)?.headers['x-tenant']).toBe(value);
    }
  });

  it('cannot be added to by a line break in a value', async () => {
    const { hostname, port } = new URL(gateway.url);
    const body = JSON.stringify({ query: '{ people { id } }' });
    for (const value of ['a\r\n evil: 1', 'a\nevil: 1', 'a\revil: 1', 'a\0evil: 1']) {
      const socket = connect(Number(port), hostname);
      socket.end(
        `POST /graphql HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nx-tenant: ${value}\r\n\r\n${body}`,
      );
      await text(socket).catch(() => '');
    }
    for (const passage of gates.came) {
      expect(names(passage)).not.toContain('evil');
      expect(passage.rawHeaders.join()).not.toMatch(/[\r\n\0]/);
    }
  });

  it('carry the client’s authorization where a rule says so, once it has been checked', async () => {
    const authorization = await issuer.bearer();
    await gateway.query(query, {}, { authorization });
    expect(gates.came.map(({ headers }) => headers.authorization)).toEqual([authorization, authorization]);
    gates.came.length = 0;
    const { status } = await gateway.query(query, {}, { authorization: 'Basic dXNlcg==' });
    expect([status, gates.came]).toEqual([401, []]);
  });
});

describe('header rules are refused at the start', () => {
  const refused = (rules: unknown, env: Record<string, string> = {}) => {
    const text = typeof rules === 'string' ? rules : JSON.stringify(rules);
    try {
      readConfig({ HEADER_RULES: text, ...env }, []);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as Error).message;
    }
    return undefined;
  };

  it('when they name what is the gateway’s own, with the place', () => {
    expect(refused({ all: { forward: ['x-a', 'X-Request-Id'] } })).toMatch(/HEADER_RULES: all\.forward\.1: .*own/);
    expect(refused({ subgraphs: { one: { insert: { 'content-length': '1' } } } })).toMatch(
      /HEADER_RULES: subgraphs\.one\.insert/,
    );
  });

  it('when they are not of the form, which is shown', () => {
    for (const rules of ['{', '[]', { all: { drop: [] } }, { all: { insert: { 'x-a': 'b\r\nc: d' } } }])
      expect(refused(rules)).toMatch(/HEADER_RULES: /);
    expect(refused({ all: { drop: [] } })).toContain('"forward"');
  });

  it('when "authorization" would meet the token that the gateway signs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gateway-rules-'));
    try {
      const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
      const file = join(folder, 'key.json');
      await writeFile(file, JSON.stringify(await exportJWK(privateKey)));
      const env = { GATEWAY_SIGNING_KEY_FILE: file };
      expect(refused({ all: { forward: ['Authorization'] } }, env)).toContain('"authorization"');
      expect(refused({ subgraphs: { a: { insert: { authorization: 'x' } } } }, env)).toContain('"authorization"');
      expect(refused({ all: { rename: { 'x-token': 'authorization' } } }, env)).toContain('"authorization"');
      expect(refused({ all: { rename: { authorization: 'x-client-token' } } }, env)).toBeUndefined();
      expect(refused({ all: { forward: ['authorization'] } })).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
