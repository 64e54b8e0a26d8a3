import { buildSchema, type FragmentDefinitionNode, type GraphQLCompositeType, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { collectFields } from './collectFields.js';

const schema = buildSchema(/* GraphQL */ `
  directive @defer(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT
  type Query {
    any: Any
  }
  interface Node {
    id: ID
  }
  interface Animal implements Node {
    id: ID
    name: String
  }
  type Cat implements Animal & Node {
    id: ID
    name: String
    lives: Int
  }
  type Stone implements Node {
    id: ID
    weight: Int
  }
  union Any = Cat | Stone
`);

/** Response name → how many nodes. */
function collected(text: string, runtimeType: string, given: Record<string, boolean> = {}, withoutDeferred = true) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const sets = parse(text).definitions.flatMap((definition) => {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    return definition.kind === Kind.OPERATION_DEFINITION ? [definition.selectionSet] : [];
  });
  const fields = collectFields(sets, schema.getType(runtimeType) as GraphQLCompositeType, {
    schema,
    fragments,
    conditions: new Map(Object.entries(given)),
    withoutDeferred,
  });
  return [...fields].map(([name, nodes]) => `${name} ${nodes.length}`);
}

describe('the fields of a selection', () => {
  it('come in the order of their first occurrence, under their aliases', () => {
    expect(collected('{ b: id a: name id b: id ... { name a: name } }', 'Cat')).toEqual([
      'b 2',
      'a 2',
      'id 1',
      'name 1',
    ]);
  });

  it('are those whose fragments are for the type', () => {
    const text =
      '{ ... on Node { id } ... on Animal { name } ...C ...S ... on Any { any: id } } fragment C on Cat { lives } fragment S on Stone { weight }';
    expect(collected(text, 'Cat')).toEqual(['id 1', 'name 1', 'lives 1', 'any 1']);
    expect(collected(text, 'Stone')).toEqual(['id 1', 'weight 1', 'any 1']);
    // Nothing narrower is known than that it is some animal.
    expect(collected(text, 'Animal')).toEqual(['id 1', 'name 1']);
    expect(collected('{ ... on Gone { id } ...Gone id }', 'Cat')).toEqual(['id 1']);
  });

  it('of several sets are merged, a named fragment once', () => {
    expect(collected('{ id ...C } query B { ...C name } fragment C on Cat { id lives }', 'Cat')).toEqual([
      'id 2',
      'lives 1',
      'name 1',
    ]);
  });

  it('are left out by conditions, which do not count a spread that is left out', () => {
    const text = '{ ...C @include(if: $a) name @skip(if: $a) ...C } fragment C on Cat { id lives @include(if: $b) }';
    expect(collected(text, 'Cat', { a: true, b: true })).toEqual(['id 1', 'lives 1']);
    expect(collected(text, 'Cat', { a: false, b: false })).toEqual(['name 1', 'id 1']);
  });

  it('are without what is deferred, if so wished', () => {
    const text = '{ id ... @defer { name } ...C @defer(if: $a) } fragment C on Cat { lives }';
    expect(collected(text, 'Cat', { a: true })).toEqual(['id 1']);
    expect(collected(text, 'Cat', { a: false })).toEqual(['id 1', 'lives 1']);
    expect(collected(text, 'Cat', { a: true }, false)).toEqual(['id 1', 'name 1', 'lives 1']);
    // Deferred here and not there: it is sent with the first part.
    expect(collected('{ ...C @defer ...C } fragment C on Cat { lives }', 'Cat')).toEqual(['lives 1']);
  });
});
