import { printSchema } from 'graphql';
import { expect, it } from 'vitest';
import { composeSupergraph } from '../composeSupergraph.ts';
import { apiSchemaOf } from './apiSchema.ts';

const imports =
  '["@key", "@shareable", "@inaccessible", "@authenticated", "@requiresScopes", "@policy", "@cost", "@listSize", "@tag", "@composeDirective"]';
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${imports})`;

it('the API schema has what clients see, whatever features the supergraph uses; the subgraphs are known of what is hidden too', () => {
  const pets = `${link}
    extend schema @link(url: "https://example.com/note/v1.0", import: ["@note"]) @composeDirective(name: "@note")
    directive @note(text: String) on FIELD_DEFINITION
    type Query { pets: [Pet!]! @listSize(assumedSize: 10) @note(text: "all") }
    type Pet @key(fields: "id") { id: ID! @shareable name: String @authenticated secret: Int @inaccessible vet: Vet @policy(policies: [["p"]]) }
    type Vet @shareable { name: String @requiresScopes(scopes: [["vets"]]) }
    enum Kind { CAT }`;
  const toys = `${link}
    type Pet @key(fields: "id") { id: ID! @shareable toys: Int @cost(weight: 2) @tag(name: "t") }
    type Vet @shareable { name: String }`;
  const url = 'http://127.0.0.1';
  const { supergraphSdl } = composeSupergraph([
    { name: 'pets', url, sdl: pets },
    { name: 'toy-shop', url, sdl: toys },
  ]);
  const { schema, subgraphsOf } = apiSchemaOf(supergraphSdl);
  const sdl = printSchema(schema);
  expect(sdl).toContain('directive @defer');
  expect(sdl.replace(/directive @defer.*\n/, '').match(/@\w+/g)).toBeNull();
  expect(sdl).toContain('name: String');
  expect(sdl).not.toContain('secret');
  expect(Object.fromEntries(subgraphsOf)).toMatchObject({
    'Query.pets': ['pets'],
    'Pet.id': ['pets', 'toy-shop'],
    'Pet.toys': ['toy-shop'],
    'Pet.secret': ['pets'],
    'Vet.name': ['pets', 'toy-shop'],
    'Kind.CAT': ['pets'],
  });
});
