import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.js';
import { eventually } from './fixtures/eventually.js';
import { rightsGraph } from './fixtures/rightsGraph.js';
import { type ComposedGraph, composed, startComposed } from './fixtures/startComposed.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

let issuer: TokenIssuer;
beforeAll(async () => {
  issuer = await startTokenIssuer();
});
const as = async (scope: string) => ({ authorization: await issuer.bearer({ scope }) });
const JSON_RESPONSE = { accept: 'application/graphql-response+json' };

describe('with RIGHTS_MODE=refuse', () => {
  let graph: ComposedGraph;
  beforeAll(async () => {
    const { access } = readConfig({ RIGHTS_MODE: 'refuse', NODE_ENV: 'production' }, []);
    graph = await startComposed(rightsGraph, { clientTokens: issuer.clientTokens, access });
  });
  afterAll(() => graph?.stop());

  it('an operation is refused as a whole, with all the paths', async () => {
    const query = '{ products { id price cost } }';
    for (const _ of [1, 2]) {
      const { status, body } = await graph.gateway.query(query, {}, JSON_RESPONSE);
      expect(status).toBe(403);
      expect(body).toEqual({
        errors: [
          ['products', 'price'],
          ['products', 'cost'],
        ].map((path) => ({
          message: expect.any(String),
          path,
          extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
        })),
      });
    }
    expect(graph.seen).toEqual([]);
    const { body } = await graph.gateway.query(query, {}, await as('admin policy:margins'));
    expect(body.errors).toBeUndefined();
  });

  it('what is skipped does not count', async () => {
    const query = 'query ($yes: Boolean!) { products { id price @include(if: $yes) } }';
    expect((await graph.gateway.query(query, { yes: false })).body.errors).toBeUndefined();
    expect((await graph.gateway.query(query, { yes: true })).body.data).toBeUndefined();
  });

  it('in production introspection takes its scope', async () => {
    const query = '{ __schema { queryType { name } } }';
    const refused = await graph.gateway.query(query, {}, { ...JSON_RESPONSE, ...(await as('read')) });
    expect([refused.status, refused.body.errors[0].extensions.code]).toEqual([403, 'INTROSPECTION_REFUSED']);
    const inFragment =
      'query A { ...F } query B { products { id } } fragment F on Query { __type(name: "Query") { name } }';
    const send = (operationName: string) =>
      graph.gateway.send({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: inFragment, operationName }),
      });
    expect((await send('A')).body.errors[0].extensions.code).toBe('INTROSPECTION_REFUSED');
    expect((await send('B')).body.errors).toBeUndefined();
    const allowed = await graph.gateway.query(query, {}, await as('introspection:read'));
    expect(allowed.body.data.__schema.queryType.name).toBe('Query');
    expect((await graph.gateway.query('{ __typename }')).body.data).toEqual({ __typename: 'Query' });
  });

  it('in production errors do not suggest names', async () => {
    const { body } = await graph.gateway.query('{ products { prise } }');
    expect(body.errors[0].message).toBe('Cannot query field "prise" on type "Product".');
  });
});

it('another supergraph may have other rights: what runs from then on has them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  const supergraphFile = join(folder, 'supergraph.graphql');
  const graph = await startComposed(rightsGraph, { clientTokens: issuer.clientTokens }, supergraphFile);
  try {
    const price = async () => (await graph.gateway.query('{ product(id: "1") { price } }', {}, await as('eu'))).body;
    expect((await price()).data.product.price).toBeNull();
    const open = Object.fromEntries(
      Object.entries(rightsGraph).map(([name, { sdl, resolvers }]) => [
        name,
        { sdl: sdl.replaceAll('[["price:read", "eu"], ["admin"]]', '[["eu"]]'), resolvers },
      ]),
    );
    await writeFile(supergraphFile, composed(open, graph.urlOf));
    await eventually(async () => expect((await price()).data.product.price).toBe(100));
    await writeFile(supergraphFile, composed(rightsGraph, graph.urlOf));
    await eventually(async () => expect((await price()).data.product.price).toBeNull());
  } finally {
    await graph.stop();
    await rm(folder, { recursive: true });
  }
});
