import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { readApolloManifest } from '@leadgraph/schema/manifest';
import { Validator } from '@seriousme/openapi-schema-validator';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { type OpenApiDocument, openApiDocument } from '../src/rest/openApi/openApiDocument.js';
import { createRouteTable } from '../src/rest/routeTable.js';
import { withoutRights } from '../src/rights/readRights.js';
import { fitsSchema } from './fixtures/fitsSchema.js';

const settings = { prefix: '/partner/v1', keyHeader: 'x-partner-key' };
const read = (path: string) => readFileSync(new URL(`../../schema/${path}`, import.meta.url), 'utf8');

// biome-ignore lint/suspicious/noExplicitAny: what the document says is what is tested
type Loose = any;

async function faultsOf(document: OpenApiDocument): Promise<unknown> {
  const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
  return valid ? [] : errors;
}

/** Examples with the schemas that they are for. */
function* examplesOf(document: Loose): Generator<{ where: string; schema: unknown; example: unknown }> {
  for (const [path, verbs] of Object.entries<Loose>(document.paths)) {
    for (const [verb, operation] of Object.entries<Loose>(verbs)) {
      const where = `${verb} ${path}`;
      for (const { name, schema, example } of operation.parameters ?? []) {
        if (example !== undefined) yield { where: `${where} ${name}`, schema, example };
      }
      const bodies = [operation.requestBody, ...Object.values<Loose>(operation.responses)];
      for (const body of bodies) {
        for (const { schema, example } of Object.values<Loose>(body?.content ?? {})) yield { where, schema, example };
      }
    }
  }
  for (const [name, { content }] of Object.entries<Loose>(document.components.responses)) {
    const { schema, example } = content['application/problem+json'];
    yield { where: name, schema, example };
  }
}

function expectFittingExamples(document: OpenApiDocument): void {
  const examples = [...examplesOf(document)];
  expect(examples.length).toBeGreaterThan(5);
  for (const { where, schema, example } of examples) {
    expect(fitsSchema(document, schema, example), `${where}: ${JSON.stringify(example)}`).toEqual([]);
  }
}

describe('the document of the platform’s partners', () => {
  let document: Loose;

  beforeAll(() => {
    const schema = Supergraph.build(withoutRights(read('supergraph.graphql')))
      .apiSchema()
      .toGraphQLJSSchema();
    const operations = readApolloManifest(JSON.parse(read('operations/partner/manifest.json')));
    const { statuses } = JSON.parse(read('operations/partner/client.json'));
    const table = createRouteTable({ client: 'partner', identities: ['PARTNER'], operations, statuses }, schema);
    expect(table.faults).toEqual([]);
    document = openApiDocument([table], schema, settings);
  });

  it('is OpenAPI 3.1', async () => {
    expect(document.openapi).toBe('3.1.0');
    expect(await faultsOf(document)).toEqual([]);
  });

  it('has every route', () => {
    const routes = Object.entries<Loose>(document.paths).flatMap(([path, verbs]) =>
      Object.keys(verbs).map((verb) => `${verb} ${path}`),
    );
    expect(routes.sort()).toEqual([
      'get /health',
      'get /leads',
      'get /leads/{id}',
      'get /sources',
      'post /leads',
      'post /leads/{id}/qualify',
      'post /leads/{id}/revoke-consent',
      'post /payments/quote',
    ]);
  });

  it('has examples that fit', () => expectFittingExamples(document));

  it('says 404 for whatever may name what is not there: in its path, and in its body', () => {
    const statusesOf = (path: string, verb: string) => Object.keys(document.paths[path][verb].responses);
    expect(statusesOf('/leads/{id}', 'get')).toContain('404');
    expect(statusesOf('/leads', 'post')).toContain('404');
    expect(statusesOf('/sources', 'get')).not.toContain('404');
  });

  it('describes parameters, the body and the key', () => {
    const { parameters, requestBody } = document.paths['/leads/{id}/qualify'].post;
    expect(parameters).toEqual([
      expect.objectContaining({ name: 'id', in: 'path', required: true, schema: { type: 'string' } }),
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: false }),
    ]);
    expect(requestBody).toMatchObject({
      required: false,
      content: {
        'application/json': { schema: { properties: { wait: { type: ['boolean', 'null'], default: false } } } },
      },
    });
    const quote = document.paths['/payments/quote'].post;
    expect(quote.parameters).toEqual([expect.objectContaining({ name: 'Idempotency-Key', required: true })]);
    const list = document.paths['/leads'].get.parameters;
    expect(list.find(({ name }: Loose) => name === 'first')).toMatchObject({
      in: 'query',
      schema: { type: 'integer', default: 20 },
    });
    expect(list.find(({ name }: Loose) => name === 'status')).toMatchObject({ style: 'form', explode: true });
    expect(document.components.schemas.ContactInput.properties.phone.description).toContain('Any way of writing it');
  });

  it('has the statuses of the manifest’s codes', () => {
    const { responses } = document.paths['/payments/quote'].post;
    const name = responses['409'].$ref.split('/').at(-1);
    expect(document.components.responses[name].description).toContain('LEAD_NOT_READY');
  });
});

describe('a document', () => {
  const sdl = `
    type Query { found(q: String!, near: Near): [Found] thing(id: ID!, kind: Kind = A): Thing any: Any two: Int! json: JSON }
    type Mutation { put(input: [Tree!]!, one: Choice): Thing! }
    union Found = Book | Film
    interface Thing { "Its own." id: ID! kind: Kind }
    type Book implements Thing { id: ID! kind: Kind pages: Int! next: [Book] }
    type Film implements Thing { id: ID! kind: Kind seconds: Float }
    union Any = Book | Film
    enum Kind { "The first." A B }
    input Near { x: Float! y: Float! }
    input Tree { kind: Kind! = B children: [Tree!] leaf: Boolean! }
    input Choice @oneOf { a: Int b: Tree }
    directive @oneOf on INPUT_OBJECT
    scalar JSON
  `;
  const operation = (name: string, type: 'query' | 'mutation', body: string, route: object) => ({
    id: name,
    name,
    type,
    body,
    route: route as never,
  });
  let schema: GraphQLSchema;
  let document: Loose;

  beforeAll(() => {
    schema = buildSchema(sdl.replace('directive @oneOf on INPUT_OBJECT', ''));
    const operations = [
      operation(
        'Find',
        'query',
        'query Find($q: String!) { found(q: $q) { __typename ... on Book { pages } ... on Film { seconds } } }',
        {
          method: 'GET',
          path: '/found',
        },
      ),
      operation(
        'Thing',
        'query',
        'query Thing($id: ID!, $kind: Kind = A) { thing(id: $id, kind: $kind) { id ... on Book { pages next { id } } } }',
        {
          method: 'GET',
          path: '/things/:id',
        },
      ),
      operation(
        'Any',
        'query',
        '{ any { ... on Book { id } ... on Film { seconds } } two json }'.replace('{', 'query Any {'),
        {
          method: 'GET',
          path: '/any',
        },
      ),
      operation(
        'Maybe',
        'query',
        'query Maybe($with: Boolean!) { thing(id: 1) { id kind @include(if: $with) ... on Film { seconds } } }',
        { method: 'GET', path: '/maybe' },
      ),
      operation(
        'Put',
        'mutation',
        'mutation Put($input: [Tree!]!, $one: Choice) { put(input: $input, one: $one) { id kind } }',
        {
          method: 'PUT',
          path: '/things',
        },
      ),
    ];
    const table = createRouteTable({ client: 'test', identities: ['X'], operations }, schema);
    expect(table.faults).toEqual([]);
    document = openApiDocument([table], schema, settings);
  });
  const answer = (path: string, verb = 'get') =>
    document.paths[path][verb].responses['200'].content['application/json'].schema;

  it('is valid, with examples that fit', async () => {
    expect(await faultsOf(document)).toEqual([]);
    expectFittingExamples(document);
  });

  it('tells the members of a union apart by their __typename', () => {
    const schema = answer('/found');
    expect(
      fitsSchema(document, schema, [{ __typename: 'Book', pages: 3 }, { __typename: 'Film', seconds: null }, null]),
    ).toEqual([]);
    expect(fitsSchema(document, schema, null)).toEqual([]);
    expect(fitsSchema(document, schema, [{ __typename: 'Film', pages: 3 }])).not.toEqual([]);
    expect(JSON.stringify(schema)).toContain('"oneOf"');
  });

  it('tells them apart by what they have where there is no __typename', () => {
    const schema = answer('/things/{id}');
    expect(fitsSchema(document, schema, { id: '1' })).toEqual([]);
    expect(fitsSchema(document, schema, { id: '1', pages: 1, next: [null, { id: '2' }] })).toEqual([]);
    for (const wrong of [null, { id: '1', pages: null, next: null }, { id: '1', more: 1 }])
      expect(fitsSchema(document, schema, wrong)).not.toEqual([]);
  });

  it('lets conditions leave out what they decide about', () => {
    const schema = answer('/maybe');
    for (const right of [{ id: '1' }, { id: '1', kind: null }, { id: '1', kind: 'B', seconds: 1.5 }])
      expect(fitsSchema(document, schema, right)).toEqual([]);
    expect(fitsSchema(document, schema, { kind: 'A' })).not.toEqual([]);
  });

  it('takes all of the data where there are several root fields', () => {
    expect(fitsSchema(document, answer('/any'), { any: { id: '1' }, two: 2, json: [{ a: null }] })).toEqual([]);
    expect(fitsSchema(document, answer('/any'), { any: null, two: 2 })).not.toEqual([]);
  });

  it('has input objects once, those that contain themselves too', () => {
    const { schema } = document.paths['/things'].put.requestBody.content['application/json'];
    const tree = { leaf: true, children: [{ leaf: false, kind: 'A' }] };
    expect(fitsSchema(document, schema, { input: [tree], one: { b: tree } })).toEqual([]);
    for (const wrong of [
      {},
      { input: null },
      { input: [{}] },
      { input: [{ leaf: true, kind: null }] },
      { input: [], more: 1 },
      { input: [], one: { a: 1, b: tree } },
    ])
      expect(fitsSchema(document, schema, wrong), JSON.stringify(wrong)).not.toEqual([]);
    expect(document.components.schemas.Kind.description).toContain('`A`: The first.');
  });
});
