import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayConfig } from '../src/config.js';
import { readConfig } from '../src/config.js';
import { type ClientsInMemory, clientsInMemory, manifestOf, sha256 } from './fixtures/clientsInMemory.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway } from './fixtures/startTestGateway.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

const PEOPLE = 'query People { people { id } }';
const PERSON = 'query Person($id: ID!, $more: Boolean = false) { person(id: $id) { id name @include(if: $more) } }';
const RENAME = 'mutation Rename { rename(id: "p1", name: "x") { id } }';
const PRODUCTS = 'query Products { products { id } }';
const alpha = manifestOf('alpha', ['PARTNER:a'], [PEOPLE, PERSON, RENAME], { Person: 'person-of-alpha' });
const beta = manifestOf('beta', ['PARTNER:b'], [PRODUCTS]);
const site = manifestOf('site', ['VISITOR', 'ANONYMOUS'], [PEOPLE]);

let shop: Shop;
let issuer: TokenIssuer;

beforeAll(async () => {
  shop = await startShop();
  issuer = await startTokenIssuer();
});
afterAll(() => shop?.close());

async function start(
  directory: ClientsInMemory | undefined = clientsInMemory(alpha, beta, site),
  persisted: Partial<GatewayConfig['persisted']> = {},
  more: Partial<GatewayConfig> = {},
) {
  const base = readConfig({}, []).persisted;
  const config = { clientTokens: issuer.clientTokens, persisted: { ...base, ...persisted }, ...more };
  const gateway = await startTestGateway(shop, config, { directory });
  onTestFinished(() => gateway.stop());
  const post = async (body: object, headers: Record<string, string> = {}) =>
    gateway.send({
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const as = async (sub: string, kind = 'PARTNER') => ({ authorization: await issuer.bearer({ sub, kind }) });
  return { gateway, post, as };
}

const named = (sha256Hash: string, version = 1) => ({ extensions: { persistedQuery: { version, sha256Hash } } });
const codeOf = (answer: { body: { errors?: { extensions?: { code?: string } }[] } }) =>
  answer.body.errors?.[0]?.extensions?.code;

describe('an operation of a manifest', () => {
  it('is called by its id, in every form that clients send', async () => {
    const { gateway, post, as } = await start();
    const a = await as('a');
    const people = { data: { people: [{ id: 'p1' }, { id: 'p2' }, { id: 'p3' }] } };
    const id = sha256(PEOPLE);
    for (const body of [
      { documentId: id },
      { documentId: `sha256:${id}` },
      { documentId: id, query: '' },
      { documentId: id, query: null, operationName: 'People' },
      { doc_id: id, variables: {} },
      named(id),
      { ...named(id), query: null },
    ]) {
      expect((await post(body, a)).body, JSON.stringify(body)).toEqual(people);
    }
    const get = (search: Record<string, string>) =>
      gateway.send({ headers: { ...a, 'apollo-require-preflight': 'true' } }, `?${new URLSearchParams(search)}`);
    expect((await get({ documentId: `sha256:${id}` })).body).toEqual(people);
    expect((await get({ doc_id: id })).body).toEqual(people);
    expect((await get({ extensions: JSON.stringify(named(id).extensions) })).body).toEqual(people);
    expect((await get({ documentId: 'person-of-alpha', variables: '{"id":"p1"}' })).body).toEqual({
      data: { person: { id: 'p1' } },
    });
    // Whatever the id is, the hash of what the client sends names it, too.
    expect((await post({ ...named(sha256(PERSON)), variables: { id: 'p1', more: true } }, a)).body.data.person).toEqual(
      {
        id: 'p1',
        name: 'Ada',
      },
    );
    expect(codeOf(await get({ documentId: sha256(RENAME) }))).toBe('METHOD_NOT_ALLOWED');
    expect((await post({ documentId: sha256(RENAME) }, a)).body.data).toEqual({ rename: { id: 'p1' } });
  });
});
