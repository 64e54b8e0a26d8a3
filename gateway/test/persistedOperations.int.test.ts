import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayConfig } from '../src/config.js';
import { readConfig } from '../src/config.js';
import { startGateway } from '../src/gateway.js';
import { type ClientsInMemory, clientsInMemory, manifestOf, sha256 } from './fixtures/clientsInMemory.js';
import { eventually } from './fixtures/eventually.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';
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
  it('is that of the manifest for the caller alone where one for its kind has the same id, whichever was published first', async () => {
    const own = manifestOf('own', ['PARTNER:a'], [PEOPLE], { People: 'same' });
    const general = manifestOf('general', ['PARTNER'], [PRODUCTS], { Products: 'same' });
    for (const manifests of [
      [own, general],
      [general, own],
    ]) {
      const { post, as } = await start(clientsInMemory(...manifests));
      expect((await post({ documentId: 'same' }, await as('a'))).body.data).toHaveProperty('people');
      expect((await post({ documentId: 'same' }, await as('b'))).body.data).toHaveProperty('products');
    }
  });

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

  it('is named in one way, and in a form that can be read', async () => {
    const { post, as } = await start();
    const a = await as('a');
    const id = sha256(PEOPLE);
    const cases: [object, RegExp][] = [
      [{ documentId: id, query: PEOPLE }, /in one way only/],
      [{ doc_id: id, query: PEOPLE }, /in one way only/],
      [{ documentId: id, doc_id: id }, /in one way only/],
      [{ documentId: id, ...named(id) }, /in one way only/],
      [{ documentId: '' }, /"documentId" has to be a string of 1 to 256 characters/],
      [{ doc_id: 7 }, /"doc_id" has to be a string/],
      [{ documentId: 'x'.repeat(257) }, /1 to 256 characters/],
      [{ documentId: `sha256:${id.toUpperCase()}` }, /64 hexadecimal digits, in lower case/],
      [{ documentId: 'sha256:abc' }, /64 hexadecimal digits/],
      [named(id, 2), /of the form \{"version": 1, "sha256Hash"\}/],
      [{ extensions: { persistedQuery: true } }, /of the form/],
      [{ extensions: { persistedQuery: { version: 1 } } }, /sha256Hash" has to be a string/],
      [{ documentId: null }, /Give the operation as a string in "query", or its id in "documentId"/],
      [{ query: 5, documentId: id }, /"query" has to be a string/],
      [{}, /or its id in "documentId"/],
    ];
    for (const [body, message] of cases) {
      const answer = await post(body, a);
      expect([answer.status, codeOf(answer)], JSON.stringify(body)).toEqual([400, 'BAD_REQUEST']);
      expect(answer.body.errors[0].message).toMatch(message);
    }
    const other = await post({ documentId: id, operationName: 'Other' }, a);
    expect(codeOf(other)).toBe('OPERATION_RESOLUTION_FAILURE');
  });

  it('is there for the identities of its manifest alone; to others it is as unknown as any', async () => {
    const { gateway, post, as } = await start();
    const accept = 'application/graphql-response+json';
    const b = { ...(await as('b')), accept, 'x-request-id': 'one' };
    const theirs = await post({ documentId: sha256(PEOPLE) }, b);
    const nobodys = await post({ documentId: sha256('nothing') }, b);
    expect([theirs.status, codeOf(theirs)]).toEqual([404, 'PERSISTED_QUERY_NOT_FOUND']);
    expect(theirs.body).toEqual(nobodys.body);
    const headersOf = ({ headers }: typeof theirs) => [...headers].filter(([name]) => name !== 'date');
    expect(headersOf(theirs)).toEqual(headersOf(nobodys));
    // A header names nobody.
    const claimed = { ...b, 'apollographql-client-name': 'alpha', 'x-client': 'alpha', 'x-partner': 'PARTNER:a' };
    expect((await post({ documentId: sha256(PEOPLE) }, claimed)).status).toBe(404);
    expect((await post({ documentId: 'person-of-alpha' }, await as('a', 'VISITOR'))).status).toBe(200);
    expect(codeOf(await post({ documentId: 'person-of-alpha' }, await as('a', 'VISITOR')))).toBe(
      'PERSISTED_QUERY_NOT_FOUND',
    );
    for (const id of ['__proto__', 'constructor', 'toString'])
      expect(codeOf(await post({ documentId: id }, b))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await post({ documentId: sha256(PEOPLE) })).body.data).toBeDefined();
    expect((await post({ documentId: sha256(PRODUCTS) }, b)).body.data).toBeDefined();
    const metrics = String((await gateway.get('/metrics')).body);
    expect(metrics).toContain('persisted_operation_requests_total{client="beta",service="gateway"} 1');
    expect(metrics).toContain('persisted_operation_requests_total{client="site",service="gateway"} 1');
    expect(metrics).toContain('persisted_operations_refused_total{reason="not-found",service="gateway"} 8');
  });

  it('is refused with 503 while no manifest has been read, and works when they have been', async () => {
    const directory = clientsInMemory();
    const { post, as } = await start(directory, { only: new Set(['PARTNER']) });
    const a = await as('a');
    const early = await post({ documentId: sha256(PEOPLE) }, a);
    expect([early.status, codeOf(early), early.headers.get('retry-after')]).toEqual([503, 'CLIENTS_UNAVAILABLE', '5']);
    expect(codeOf(await post(named(sha256(PEOPLE)), a))).toBe('CLIENTS_UNAVAILABLE');
    directory.publish(alpha);
    await eventually(async () => expect((await post({ documentId: sha256(PEOPLE) }, a)).status).toBe(200));
  });

  it('that does not fit the schema is told in log and metrics, and answered with why; the others work', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const wrong = manifestOf('alpha', ['PARTNER:a'], ['query Wrong { people { nothing } }', PEOPLE]);
    const gateway = await startGateway(readConfig({ SUPERGRAPH_FILE: shop.supergraphFile, PORT: '0' }, []), log, {
      directory: clientsInMemory({ ...wrong, identities: ['ANONYMOUS'] }),
    });
    onTestFinished(() => gateway.stop());
    const said = lines.map((line) => JSON.parse(line));
    expect(said.find(({ msg }) => msg === 'a persisted operation cannot be executed')).toMatchObject({
      client: 'alpha',
      operation: 'Wrong',
      code: 'GRAPHQL_VALIDATION_FAILED',
      reason: ['Cannot query field "nothing" on type "Person".'],
    });
    expect(said.find(({ msg }) => msg === 'persisted operations ready')).toMatchObject({ operations: 2, refused: 1 });
    expect(await gateway.metrics.registry.metrics()).toContain(
      'persisted_operations{state="refused",service="gateway"} 1',
    );
    const ask = async (documentId = '') => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ documentId }),
      });
      return JSON.stringify(await response.json());
    };
    expect(await ask(wrong.operations[0]?.id)).toContain('Cannot query field \\"nothing\\"');
    expect(await ask(wrong.operations[1]?.id)).toContain('"people":[');
  });
});

describe('what is prepared', () => {
  const counted = async (gateway: TestGateway) => {
    const text = await gateway.metrics.registry.metrics();
    const value = (name: string) => Number(new RegExp(`^${name}(?:{[^}]*})? (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
    return {
      parsed: value('documents_parsed_total'),
      validated: value('documents_validated_total'),
      planned: value('operation_planning_duration_seconds_count'),
    };
  };

  it('costs a request no parsing, validating or planning: at start, after a reload, in every process', async () => {
    const directory = clientsInMemory(alpha, beta, site);
    const folder = await mkdtemp(join(tmpdir(), 'persisted-'));
    const supergraphFile = join(folder, 'supergraph.graphql');
    await writeFile(supergraphFile, shop.supergraphSdl);
    const gateways: TestGateway[] = [];
    for (let each = 0; each < 2; each += 1) {
      const config = { clientTokens: issuer.clientTokens };
      gateways.push(await startTestGateway({ supergraphFile }, config, { directory }));
    }
    onTestFinished(async () => {
      await Promise.all(gateways.map((each) => each.stop()));
      await rm(folder, { recursive: true });
    });
    const authorization = await issuer.bearer({ sub: 'a', kind: 'PARTNER' });
    const askAll = async (gateway: TestGateway, headers: Record<string, string> = {}) => {
      const before = await counted(gateway);
      for (const variables of [{ id: 'p1' }, { id: 'p1', more: true }, { id: 'p2', more: false }]) {
        for (const documentId of [sha256(PEOPLE), 'person-of-alpha']) {
          const answer = await gateway.send({
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization, ...headers },
            body: JSON.stringify({ documentId, variables: documentId === 'person-of-alpha' ? variables : {} }),
          });
          expect(answer.body.errors).toBeUndefined();
        }
      }
      expect(await counted(gateway)).toEqual(before);
    };
    for (const gateway of gateways) {
      // PEOPLE stands in two manifests, and is one operation.
      expect((await counted(gateway)).parsed).toBe(4);
      await askAll(gateway);
    }
    const changed = shop.supergraphSdl.replace(/^(type Shop)/m, '"""A place."""\n$1');
    expect(changed).not.toBe(shop.supergraphSdl);
    await writeFile(supergraphFile, changed);
    for (const gateway of gateways) {
      const loads = async () =>
        (await gateway.metrics.supergraphLoads.get()).values.find(({ labels }) => labels.result === 'loaded')?.value;
      await eventually(async () => expect(await loads()).toBe(2));
      expect((await counted(gateway)).parsed).toBe(8);
      await askAll(gateway);
    }
    // What is published is prepared before it serves; what is unchanged is not prepared again.
    const planned = (await counted(gateways[0] as TestGateway)).planned;
    directory.publish({ ...alpha, operations: [...alpha.operations, ...beta.operations] }, site);
    for (const gateway of gateways) {
      const ask = () =>
        gateway.send({
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization },
          body: JSON.stringify({ documentId: sha256(PRODUCTS) }),
        });
      await eventually(async () => expect((await ask()).body.data).toBeDefined());
      expect((await counted(gateway)).parsed).toBe(8);
      expect((await counted(gateway)).planned).toBe(planned);
      await askAll(gateway);
    }
  });

  it('is there for both forms of a response with deferred parts', async () => {
    const deferred = 'query Later { people { id ... @defer { summary } } }';
    const { gateway } = await start(clientsInMemory(manifestOf('site', ['ANONYMOUS'], [deferred])));
    const before = await counted(gateway);
    expect(before.parsed).toBe(2);
    const send = (accept: string) =>
      gateway.send({
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ documentId: sha256(deferred) }),
      });
    expect((await send('application/json')).body.data.people[0].summary).toContain('cm');
    expect((await send('multipart/mixed;deferSpec=20220824')).body).toContain('"hasNext":false');
    expect(await counted(gateway)).toEqual(before);
  });

  it('takes over in one step, and what has been retired is gone', async () => {
    const directory = clientsInMemory(manifestOf('site', ['ANONYMOUS'], [PEOPLE, PERSON]));
    const { post } = await start(directory);
    expect((await post({ documentId: sha256(PEOPLE) })).body.data).toBeDefined();
    directory.publish(manifestOf('site', ['ANONYMOUS'], [PRODUCTS]));
    await eventually(async () => expect((await post({ documentId: sha256(PRODUCTS) })).body.data).toBeDefined());
    expect(codeOf(await post({ documentId: sha256(PEOPLE) }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    // Those of the middle never serve, or do before the last.
    for (const body of [PEOPLE, PERSON, PRODUCTS, PEOPLE]) directory.publish(manifestOf('site', ['ANONYMOUS'], [body]));
    await eventually(async () => expect((await post({ documentId: sha256(PEOPLE) })).body.data).toBeDefined());
    expect(codeOf(await post({ documentId: sha256(PRODUCTS) }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    directory.publish();
    await eventually(async () =>
      expect(codeOf(await post({ documentId: sha256(PEOPLE) }))).toBe('PERSISTED_QUERY_NOT_FOUND'),
    );
  });

  it('in the time there is; the rest when it is asked for', async () => {
    const { gateway, post } = await start(clientsInMemory(manifestOf('site', ['ANONYMOUS'], [PEOPLE, PRODUCTS])), {
      prepareMs: 0,
    });
    for (const body of [PEOPLE, PRODUCTS]) expect((await post({ documentId: sha256(body) })).body.data).toBeDefined();
    expect(await gateway.metrics.registry.metrics()).toContain('persisted_operations{state="all",service="gateway"} 2');
  });
});

describe('who may run persisted operations only', () => {
  it('gets no text executed, whatever comes with it', async () => {
    const { gateway, post, as } = await start(undefined, { only: new Set(['PARTNER']) }, { batchLimit: 5 });
    const a = await as('a');
    const refused = [403, 'PERSISTED_QUERY_ID_REQUIRED'];
    for (const body of [
      { query: PEOPLE },
      { query: PEOPLE, ...named(sha256(PEOPLE)) },
      { query: '{ __typename }' },
      { query: 'no GraphQL' },
    ]) {
      const answer = await post(body, a);
      expect([answer.status, codeOf(answer)]).toEqual(refused);
    }
    const header = { ...a, 'apollo-require-preflight': 'true' };
    const got = await gateway.send({ headers: header }, `?${new URLSearchParams({ query: PEOPLE })}`);
    expect([got.status, codeOf(got)]).toEqual(refused);
    const list = await post([{ query: PEOPLE }, { documentId: sha256(PEOPLE) }], a);
    expect(list.body[0].errors[0].extensions.code).toBe('PERSISTED_QUERY_ID_REQUIRED');
    expect(list.body[1].data).toBeDefined();
    const stream = await post({ query: PEOPLE }, { ...a, accept: 'text/event-stream' });
    expect(stream.body).toContain('PERSISTED_QUERY_ID_REQUIRED');
    expect((await post({ documentId: sha256(PEOPLE) }, { ...a, accept: 'text/event-stream' })).body).toContain(
      'people',
    );
    // Nor has anything been registered by it, and what others register is nothing to it.
    const visitor = await as('v', 'VISITOR');
    const typename = 'query Type { __typename }';
    expect(codeOf(await post(named(sha256(typename)), visitor))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await post({ query: typename, ...named(sha256(typename)) }, visitor)).body.data).toBeDefined();
    expect((await post(named(sha256(typename)), visitor)).body.data).toBeDefined();
    expect(codeOf(await post(named(sha256(typename)), a))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await post({ documentId: sha256(PEOPLE) }, a)).body.data).toBeDefined();
  });

  it('may be everybody', async () => {
    const { post, as } = await start(undefined, { only: new Set(['*']) });
    expect((await post({ query: PEOPLE })).status).toBe(403);
    expect((await post({ query: PEOPLE }, await as('x', 'WHATEVER'))).status).toBe(403);
    expect((await post({ documentId: sha256(PEOPLE) })).status).toBe(200);
  });
});
