import { createHash } from 'node:crypto';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { clientManifest } from './clientManifest.ts';
import { ManifestError, readApolloManifest, writeApolloManifest } from './index.ts';

const file = (name: string, text: string) => ({ path: `schema/operations/shop/${name}`, text });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a client’s manifest', () => {
  it('has each operation with the fragments that it uses, from whatever file, sorted and printed as Apollo does', () => {
    const [pet, pets] = clientManifest([
      file('a.graphql', 'fragment Z on Pet { id ...A }  query Pets { pets { ...Z } }'),
      file('b.graphql', '# One pet.\nquery Pet($id:ID!) { pet(id:$id) { ...A } } fragment A on Pet { name }'),
    ]);
    expect(pet).toMatchObject({
      name: 'Pet',
      type: 'query',
      body: 'query Pet($id: ID!) {\n  pet(id: $id) {\n    ...A\n  }\n}\n\nfragment A on Pet {\n  name\n}',
    });
    expect(pets?.body).toBe(
      'query Pets {\n  pets {\n    ...Z\n  }\n}\n\nfragment A on Pet {\n  name\n}\n\nfragment Z on Pet {\n  id\n  ...A\n}',
    );
    expect(pets?.id).toBe(sha256(pets?.body ?? ''));
  });

  it('gets __typename where Apollo Client adds it, if the client says so: below the operation, where there is none', () => {
    const [operation] = clientManifest([
      file('client.json', '{ "addTypename": true }'),
      file('a.graphql', 'query Pets { pets { id owner { __typename name } ... on Dog { barks } } }'),
    ]);
    expect(operation?.body.replace(/\s+/g, ' ')).toBe(
      'query Pets { pets { id owner { __typename name } ... on Dog { barks __typename } __typename } }',
    );
  });

  it('keeps ids and texts of what the client’s own tools wrote', () => {
    const text = 'query  Pets{pets{id}}';
    const apollos = { format: 'apollo-persisted-query-manifest', version: 1 };
    const operations = clientManifest([
      file('persisted_documents.json', JSON.stringify({ aaa: text })),
      file('persisted-documents.json', JSON.stringify({ 'sha256:bbb': 'mutation Feed { feed }' })),
      file(
        'persisted-query-manifest.json',
        JSON.stringify({ ...apollos, operations: [{ id: 'ccc', body: '{ a }', name: 'Anon', type: 'query' }] }),
      ),
      file('manifest.json', 'generated: not read'),
    ]);
    expect(operations.map(({ document, ...operation }) => operation)).toEqual([
      { id: 'ccc', body: '{ a }', name: 'Anon', type: 'query' },
      { id: 'sha256:bbb', body: 'mutation Feed { feed }', name: 'Feed', type: 'mutation' },
      { id: 'aaa', body: text, name: 'Pets', type: 'query' },
    ]);
  });

  it('is read again as it was written', () => {
    const operations = clientManifest([file('a.graphql', 'query A { a } subscription B { b } mutation C { c }')]);
    const written = writeApolloManifest(operations);
    expect(readApolloManifest(JSON.parse(written))).toEqual(operations.map(({ document, ...rest }) => rest));
    expect(operations.map(({ document, body }) => [parse(body).kind, document.kind])).toHaveLength(3);
  });

  it.each([
    ['text that does not parse', { 'a.graphql': 'query A {\n  a(' }, 'shop/a.graphql:2:5: Syntax Error'],
    [
      'an operation without a name',
      { 'a.graphql': '\nquery { a }' },
      'shop/a.graphql:2: persisted operations need a name',
    ],
    [
      'a name that comes twice',
      { 'a.graphql': 'query A { a }', 'b.graphql': 'query A { b }' },
      'another "A" at schema/operations/shop/a.graphql:1',
    ],
    ['a fragment that is not there', { 'a.graphql': 'query A { ...B }' }, 'a.graphql:1: there is no fragment "B"'],
    [
      'a fragment that nobody uses',
      { 'a.graphql': 'query A { a } fragment B on A { b }' },
      'no operation uses the fragment "B"',
    ],
    ['settings that are none', { 'client.json': '{ "typename": true }' }, 'client.json: Unrecognized key'],
    ['JSON that is none', { 'persisted_documents.json': '{' }, 'persisted_documents.json is no JSON'],
    [
      'an id for two bodies',
      { 'persisted_documents.json': '{"a": "query A { a }"}', 'persisted-documents.json': '{"a": "query B { a }"}' },
      'the id a stands for two operations (A and B)',
    ],
  ] as const)('refuses %s, and says where', (_, files, message) => {
    const build = () => clientManifest(Object.entries(files).map(([name, text]) => file(name, text)));
    expect(build).toThrow(ManifestError);
    expect(build).toThrow(message);
  });
});
