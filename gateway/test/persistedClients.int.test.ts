import { ApolloClient, gql, HttpLink, InMemoryCache, type TypedDocumentNode } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { clientManifest } from '@leadgraph/schema/manifest';
import { Client, createRequest, fetchExchange, makeOperation } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { type ConcreteRequest, Environment, fetchQuery, Network, RecordSource, Store } from 'relay-runtime';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../src/config.js';
import { clientsInMemory, manifestOf, sha256 } from './fixtures/clientsInMemory.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway } from './fixtures/startTestGateway.js';

let shop: Shop;

beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop?.close());

const PEOPLE = 'query People { people { id name } }';
const names = ['Ada', 'Blaise', 'Carl'];

/** What has gone over the wire. */
interface Exchange {
  readonly method: string;
  readonly url: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects
  readonly body: any;
  readonly status: number;
}

/** A gateway, and a `fetch` that keeps what is sent by it. */
async function start(...[directory, only = []]: [ReturnType<typeof clientsInMemory>?, string[]?]) {
  const persisted = { ...readConfig({}, []).persisted, only: new Set(only) };
  const gateway = await startTestGateway(shop, { persisted }, { directory });
  onTestFinished(() => gateway.stop());
  const sent: Exchange[] = [];
  const recorded = async (url: string | URL | Request, init: RequestInit = {}) => {
    const response = await fetch(url, init);
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    sent.push({ method: init.method ?? 'GET', url: String(url), body, status: response.status });
    return response;
  };
  return { gateway, uri: `${gateway.url}/graphql`, sent, recorded: recorded as typeof fetch };
}

const query: TypedDocumentNode<{ people: { name: string }[] }> = gql(PEOPLE);
const fresh = { query, fetchPolicy: 'no-cache' } as const;

describe('Apollo Client', () => {
  const apollo = (http: HttpLink, link: PersistedQueryLink) =>
    new ApolloClient({ cache: new InMemoryCache(), link: link.concat(http) });

  it('registers what it sends, and then sends the hash alone', async () => {
    const { uri, sent, recorded } = await start();
    const client = apollo(new HttpLink({ uri, fetch: recorded }), new PersistedQueryLink({ sha256 }));
    expect((await client.query(fresh)).data?.people.map(({ name }) => name)).toEqual(names);
    expect(sent.map(({ body }) => [Boolean(body.query), Boolean(body.extensions.persistedQuery)])).toEqual([
      [false, true],
      [true, true],
    ]);
    expect((await client.query(fresh)).data?.people).toHaveLength(3);
    expect(sent).toHaveLength(3);
    expect(sent[2]?.body.query).toBeUndefined();
  });

  it('sends hashes by GET', async () => {
    const { uri, sent, recorded } = await start();
    const client = apollo(
      new HttpLink({ uri, fetch: recorded }),
      new PersistedQueryLink({ sha256, useGETForHashedQueries: true }),
    );
    await client.query(fresh);
    await client.query(fresh);
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
    expect(sent[2]?.status).toBe(200);
  });

  it('runs what its manifest has, by the ids that stand there, where nothing else may be run', async () => {
    const text = 'query Friends { people { friends { name } } }';
    const files = [
      { path: 'site/friends.graphql', text },
      { path: 'site/client.json', text: '{ "addTypename": true, "identities": ["ANONYMOUS"] }' },
    ];
    const operations = clientManifest(files);
    const manifest = { client: 'site', identities: ['ANONYMOUS'], operations };
    const { uri, sent, recorded } = await start(clientsInMemory(manifest), ['*']);
    // As `generatePersistedQueryIdsFromManifest` of @apollo/persisted-query-lists has it: by the operation's name.
    const ids = new Map(operations.map(({ name, id }) => [name, id]));
    const idOf: ConstructorParameters<typeof PersistedQueryLink>[0]['generateHash'] = async ({ definitions }) => {
      const [first] = definitions;
      return ids.get((first && 'name' in first && first.name?.value) || '') ?? '';
    };
    for (const link of [
      new PersistedQueryLink({ generateHash: idOf }),
      // What the manifest's tool hashes is what the client prints.
      new PersistedQueryLink({ sha256 }),
      new PersistedQueryLink({ sha256, useGETForHashedQueries: true }),
    ]) {
      const client = apollo(new HttpLink({ uri, fetch: recorded }), link);
      const { data } = await client.query({ query: gql(text), fetchPolicy: 'no-cache' });
      const friends = ['Blaise', 'Carl'].map((name) => ({ __typename: 'Person', name }));
      expect(data).toMatchObject({ people: [{ __typename: 'Person', friends }, {}, {}] });
    }
    expect(sent).toHaveLength(3);
    expect(sent.every(({ body }) => body?.query === undefined)).toBe(true);
    const client = apollo(new HttpLink({ uri, fetch: recorded }), new PersistedQueryLink({ sha256 }));
    await expect(client.query(fresh)).rejects.toThrow('may run its persisted operations only');
  });
});

describe('urql', () => {
  it('registers what it sends, and then sends the hash alone', async () => {
    const { uri, sent, recorded } = await start();
    const client = new Client({
      url: uri,
      fetch: recorded,
      preferGetMethod: false,
      fetchOptions: { headers: { 'graphql-require-preflight': 'true' } },
      exchanges: [persistedExchange({ preferGetForPersistedQueries: true }), fetchExchange],
    });
    const ask = () => client.query(PEOPLE, {}, { requestPolicy: 'network-only' }).toPromise();
    const { data, error } = await ask();
    expect([error, data.people.map(({ name }: { name: string }) => name)]).toEqual([undefined, names]);
    expect((await ask()).data.people).toHaveLength(3);
    const withText = ({ url, body }: Exchange) => Boolean(body?.query) || new URL(url).searchParams.has('query');
    expect(sent.map((each) => [each.method, withText(each)])).toEqual([
      ['GET', false],
      ['GET', true],
      ['GET', false],
    ]);
  });

  it('runs what its manifest has, where nothing else may be run', async () => {
    const { uri, sent, recorded } = await start(clientsInMemory(manifestOf('site', ['ANONYMOUS'], [PEOPLE])), ['*']);
    const client = new Client({
      url: uri,
      fetch: recorded,
      preferGetMethod: false,
      exchanges: [
        persistedExchange({
          enforcePersistedQueries: true,
          preferGetForPersistedQueries: false,
          generateHash: async (_text, { definitions: [first] }) =>
            first && 'name' in first && first.name?.value === 'People' ? sha256(PEOPLE) : sha256('another'),
        }),
        fetchExchange,
      ],
    });
    expect((await client.query(PEOPLE, {}).toPromise()).data.people).toHaveLength(3);
    const other = await client.query('query Other { people { id } }', {}).toPromise();
    expect(other.error?.graphQLErrors[0]?.message).toBe('PersistedQueryNotFound');
    expect(sent.every(({ body }) => body.query === undefined)).toBe(true);
  });

  it('sends the id of a document that it has no text of', async () => {
    const { uri, sent, recorded } = await start(clientsInMemory(manifestOf('site', ['ANONYMOUS'], [PEOPLE])), ['*']);
    const client = new Client({ url: uri, fetch: recorded, preferGetMethod: false, exchanges: [fetchExchange] });
    const document = { kind: 'Document', definitions: [], documentId: sha256(PEOPLE) };
    const operation = makeOperation('query', createRequest(document as never, {}), {
      url: uri,
      fetch: recorded,
      preferGetMethod: false,
      requestPolicy: 'network-only',
    });
    const { data } = await client.executeRequestOperation(operation).toPromise();
    expect(data.people).toHaveLength(3);
    expect(sent[0]?.body).toMatchObject({ documentId: sha256(PEOPLE) });
  });
});

describe('Relay', () => {
  const selections = [
    {
      kind: 'LinkedField',
      alias: null,
      name: 'people',
      args: null,
      concreteType: 'Person',
      plural: true,
      storageKey: null,
      selections: ['id', 'name'].map((name) => ({
        kind: 'ScalarField',
        alias: null,
        args: null,
        name,
        storageKey: null,
      })),
    },
  ];
  const ID = '3be4abb81fa595e25eb725b2c6a87508';
  const fragment = { kind: 'Fragment', name: 'People', type: 'Query', metadata: null, abstractKey: null };
  /** As relay-compiler writes it with `persistConfig`. */
  const request = {
    kind: 'Request',
    fragment: { ...fragment, argumentDefinitions: [], selections },
    operation: { kind: 'Operation', name: 'People', argumentDefinitions: [], selections },
    params: { id: ID, metadata: {}, name: 'People', operationKind: 'query', text: null },
  } as unknown as ConcreteRequest;

  it.each(['doc_id', 'documentId'])('posts its ids as %s', async (member) => {
    const manifest = manifestOf('site', ['ANONYMOUS'], [PEOPLE], { People: ID });
    const { uri, sent, recorded } = await start(clientsInMemory(manifest), ['*']);
    const network = Network.create(async ({ id }, variables) => {
      const response = await recorded(uri, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ [member]: id, variables }),
      });
      return (await response.json()) as never;
    });
    const environment = new Environment({ network, store: new Store(new RecordSource()) });
    const data = (await fetchQuery(environment, request, {}).toPromise()) as { people: { name: string }[] };
    expect(data.people.map(({ name }) => name)).toEqual(names);
    expect(sent[0]?.body).toEqual({ [member]: ID, variables: {} });
  });
});
