import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { clientsInMemory, manifestOf, sha256 } from '../fixtures/clientsInMemory.js';
import { openSocket } from '../fixtures/openSocket.js';
import { type Shop, startShop } from '../fixtures/startShop.js';
import { startTestGateway, type TestGateway } from '../fixtures/startTestGateway.js';
import { startTokenIssuer } from '../fixtures/startTokenIssuer.js';
import { costOf } from './costOf.js';

const OWN = 'query Products { products { id } }';
const THEIRS = 'query People { people { id } }';
const theirs = sha256(THEIRS);
const hashed = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

let shop: Shop;
let gateway: TestGateway;
let authorization: string;

beforeAll(async () => {
  shop = await startShop();
  const issuer = await startTokenIssuer();
  authorization = await issuer.bearer({ kind: 'PARTNER', sub: 'a' });
  const directory = clientsInMemory(
    manifestOf('a', ['PARTNER:a'], [OWN]),
    manifestOf('b', ['PARTNER:b'], [THEIRS], { People: 'people-of-b' }),
  );
  const persisted = { ...readConfig({}, []).persisted, only: new Set(['PARTNER']) };
  gateway = await startTestGateway(
    shop,
    { clientTokens: issuer.clientTokens, persisted, batchLimit: 10 },
    { directory },
  );
});
afterAll(async () => {
  await gateway?.stop();
  await shop?.close();
});

async function post(body: unknown, headers: Record<string, string> = {}): Promise<string | undefined> {
  const answer = await gateway.send({
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const [first] = Array.isArray(answer.body) ? answer.body : [answer.body];
  return first.errors?.[0]?.extensions?.code;
}

async function get(search: Record<string, string>): Promise<string | undefined> {
  const headers = { authorization, 'apollo-require-preflight': 'true' };
  const { body } = await gateway.send({ headers }, `?${new URLSearchParams(search)}`);
  return body.errors?.[0]?.extensions?.code;
}

async function subscribe(payload: { query: string }): Promise<string | undefined> {
  const {
    socket,
    get,
    subscribe: send,
  } = await openSocket(`${gateway.url.replace('http', 'ws')}/graphql`, {
    init: { authorization },
  });
  const { query, ...more } = payload;
  send('1', query, more);
  const { payload: errors } = await get('error', '1');
  socket.terminate();
  return errors[0].extensions.code;
}

/** What a client sends that may run its own operations and no others, and the code that it is refused with. */
const attacks: readonly (readonly [string, () => Promise<string | undefined>, string])[] = [
  ['the id of another client', () => post({ documentId: 'people-of-b' }), 'PERSISTED_QUERY_NOT_FOUND'],
  ['the hash of another client’s operation', () => post(hashed(theirs)), 'PERSISTED_QUERY_NOT_FOUND'],
  ['it with a prefix', () => post({ documentId: `sha256:${theirs}` }), 'PERSISTED_QUERY_NOT_FOUND'],
  ['it in Relay’s form', () => post({ doc_id: theirs }), 'PERSISTED_QUERY_NOT_FOUND'],
  ['it by GET', () => get({ documentId: theirs }), 'PERSISTED_QUERY_NOT_FOUND'],
  ['it in a list', () => post([{ documentId: theirs }]), 'PERSISTED_QUERY_NOT_FOUND'],
  ['it over a WebSocket', () => subscribe({ query: '', ...hashed(theirs) }), 'PERSISTED_QUERY_NOT_FOUND'],
  [
    'it with the other client’s name in headers',
    () => post({ documentId: theirs }, { 'apollographql-client-name': 'b', 'x-partner': 'b' }),
    'PERSISTED_QUERY_NOT_FOUND',
  ],
  ['text', () => post({ query: THEIRS }), 'PERSISTED_QUERY_ID_REQUIRED'],
  ['the text of its own operation', () => post({ query: OWN }), 'PERSISTED_QUERY_ID_REQUIRED'],
  ['text to be registered', () => post({ query: THEIRS, ...hashed(theirs) }), 'PERSISTED_QUERY_ID_REQUIRED'],
  ['text by GET', () => get({ query: THEIRS }), 'PERSISTED_QUERY_ID_REQUIRED'],
  ['text in a list', () => post([{ query: THEIRS }, { query: OWN }]), 'PERSISTED_QUERY_ID_REQUIRED'],
  ['text over a WebSocket', () => subscribe({ query: THEIRS }), 'PERSISTED_QUERY_ID_REQUIRED'],
  ['a large text', () => post({ query: `{ ${'people { id } '.repeat(10_000)} }` }), 'PERSISTED_QUERY_ID_REQUIRED'],
  ['an id and a text', () => post({ documentId: sha256(OWN), query: THEIRS }), 'BAD_REQUEST'],
  ['a name of a prototype', () => post({ documentId: '__proto__' }), 'PERSISTED_QUERY_NOT_FOUND'],
  ['an id of 100,000 characters', () => post({ documentId: 'x'.repeat(100_000) }), 'BAD_REQUEST'],
];

describe('who may run persisted operations only', () => {
  it.each(attacks)('is refused %s', async (_, send, code) => {
    const before = shop.seen.length;
    expect(await send()).toBe(code);
    expect(shop.seen.length).toBe(before);
  });

  it.each(attacks)('costs under 50 ms and 10 MB by %s', async (_, send) => {
    const { milliseconds, megabytes } = await costOf(send);
    expect(milliseconds).toBeLessThan(50);
    expect(megabytes).toBeLessThan(10);
  });
});
