import { BreakingChangeType, buildSchema, findBreakingChanges } from 'graphql';
import { describe, expect, it } from 'vitest';
import { changedCoordinate } from './changedCoordinate.ts';

/** A change of each kind that graphql-js knows: before, after, the coordinate, and by whose use an operation is concerned if that is another. */
const cases: Readonly<
  Record<BreakingChangeType, readonly [before: string, after: string, coordinate: string, users?: string]>
> = {
  TYPE_REMOVED: ['type A { a: Int }', '', 'A'],
  TYPE_CHANGED_KIND: ['type A { a: Int }', 'enum A { A }', 'A'],
  TYPE_REMOVED_FROM_UNION: [
    'type A { a: Int } type B { a: Int } union U = A | B',
    'type A { a: Int } type B { a: Int } union U = A',
    'U',
    'B',
  ],
  VALUE_REMOVED_FROM_ENUM: ['enum E { A B }', 'enum E { A }', 'E.B'],
  REQUIRED_INPUT_FIELD_ADDED: ['input I { a: Int }', 'input I { a: Int b: Int! }', 'I.b', 'I'],
  IMPLEMENTED_INTERFACE_REMOVED: [
    'interface N { a: Int } type A implements N { a: Int }',
    'interface N { a: Int } type A { a: Int }',
    'A',
    'N',
  ],
  FIELD_REMOVED: ['type A { a: Int b: Int }', 'type A { a: Int }', 'A.b'],
  FIELD_CHANGED_KIND: ['type A { a: Int }', 'type A { a: String }', 'A.a'],
  REQUIRED_ARG_ADDED: ['type A { a: Int }', 'type A { a(b: Int!): Int }', 'A.a(b:)', 'A.a'],
  ARG_REMOVED: ['type A { a(b: Int): Int }', 'type A { a: Int }', 'A.a(b:)'],
  ARG_CHANGED_KIND: ['type A { a(b: Int): Int }', 'type A { a(b: Int!): Int }', 'A.a(b:)', 'A.a'],
  DIRECTIVE_REMOVED: ['directive @d on FIELD', '', '@d'],
  DIRECTIVE_ARG_REMOVED: ['directive @d(a: Int) on FIELD', 'directive @d on FIELD', '@d(a:)', '@d'],
  REQUIRED_DIRECTIVE_ARG_ADDED: ['directive @d on FIELD', 'directive @d(a: Int!) on FIELD', '@d(a:)', '@d'],
  DIRECTIVE_REPEATABLE_REMOVED: ['directive @d repeatable on FIELD', 'directive @d on FIELD', '@d'],
  DIRECTIVE_LOCATION_REMOVED: ['directive @d on FIELD | QUERY', 'directive @d on FIELD', '@d'],
};

const schema = (sdl: string) => buildSchema(`type Query { q: Int } ${sdl}`);

describe('graphql-js’ sentence', () => {
  it.each(Object.values(BreakingChangeType))('for %s names what has changed', (type) => {
    const [before, after, coordinate, users = coordinate] = cases[type];
    const changes = findBreakingChanges(schema(before), schema(after));
    expect(changes.map((change) => change.type)).toEqual([type]);
    expect(changes.map(changedCoordinate)).toEqual([{ coordinate, users }]);
  });

  it('of an unknown form is not passed over', () => {
    expect(() => changedCoordinate({ type: BreakingChangeType.FIELD_REMOVED, description: 'gone' })).toThrow(
      'unknown form',
    );
  });
});
