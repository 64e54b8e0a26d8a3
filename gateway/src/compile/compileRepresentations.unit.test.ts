import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import fc from 'fast-check';
import { type FieldNode, Kind, type OperationDefinitionNode, parse, type SelectionSetNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compileRepresentations } from './compileRepresentations.js';

const subtypes = new Map([['Animal', new Set(['Cat', 'Dog'])]]);

/** A plan's `requires` from a selection's text. */
function requires(text: string): QueryPlanSelectionNode[] {
  const read = ({ selections }: SelectionSetNode): QueryPlanSelectionNode[] =>
    selections.map((each) => {
      if (each.kind === Kind.INLINE_FRAGMENT) {
        return {
          kind: 'InlineFragment',
          typeCondition: each.typeCondition?.name.value,
          selections: read(each.selectionSet),
        };
      }
      const { alias, name, selectionSet } = each as FieldNode;
      return { kind: 'Field', alias: alias?.value, name: name.value, selections: selectionSet && read(selectionSet) };
    }) as QueryPlanSelectionNode[];
  return read((parse(`{ ${text} }`).definitions[0] as OperationDefinitionNode).selectionSet);
}

type Rewrites = Parameters<typeof compileRepresentations>[1];

function represent(text: string, objects: readonly object[], rewrites: Rewrites = [], plain = false) {
  const {
    texts,
    indexes,
    objects: concerned,
  } = compileRepresentations(requires(text), rewrites, subtypes)(objects, plain);
  const representations = texts.map((each) => JSON.parse(each));
  expect(concerned).toHaveLength(indexes.length);
  return { representations, indexes, places: concerned.map((object) => objects.indexOf(object)) };
}

const USER = '... on User { __typename id }';
const user = (id: unknown, more: object = {}) => ({ __typename: 'User', id, ...more });

describe('the representations of entities', () => {
  it('have what is required and nothing else', () => {
    const { representations } = represent('... on User { __typename id name }', [user('1', { name: 'n', age: 5 })]);
    expect(representations).toEqual([{ __typename: 'User', id: '1', name: 'n' }]);
  });

  it('are each sent once, and each object knows its own', () => {
    const objects = [user('1'), user('2'), user('1'), user('3'), user('2')];
    expect(represent(USER, objects)).toEqual({
      representations: ['1', '2', '3'].map((id) => ({ __typename: 'User', id })),
      indexes: [0, 1, 0, 2, 1],
      places: [0, 1, 2, 3, 4],
    });
  });

  it('differ by every field and by type', () => {
    const text = '... on User { __typename id org } ... on Team { __typename id }';
    const objects = [
      user('1', { org: 'a' }),
      user('1', { org: 'b' }),
      { __typename: 'Team', id: '1' },
      user('1', { org: 'a' }),
      user(1, { org: 'a' }),
    ];
    const { representations, indexes } = represent(text, objects);
    expect(indexes).toEqual([0, 1, 2, 0, 3]);
    expect(representations).toHaveLength(4);
  });

  it('are not there for another type, or where a required field is missing', () => {
    const text = '... on User { __typename id name }';
    const objects = [
      { __typename: 'Team', id: '1', name: 'n' },
      user('1'),
      user('2', { name: null }),
      { id: '3', name: 'n' },
    ];
    expect(represent(text, objects)).toEqual({
      representations: [{ __typename: 'User', id: '2', name: null }],
      indexes: [0],
      places: [2],
    });
    expect(represent(USER, [])).toEqual({ representations: [], indexes: [], places: [] });
  });

  it('are never those of another object, whichever of them lack a field', () => {
    const text = '... on User { __typename id size }';
    const lacking = user('1');
    expect(represent(text, [lacking, user('1', { size: 5 })])).toEqual({
      representations: [{ __typename: 'User', id: '1', size: 5 }],
      indexes: [0],
      places: [1],
    });
    expect(represent(text, [lacking, user('2', { size: 5 }), user('1', { size: 5 }), user('1', { size: 5 })])).toEqual({
      representations: [
        { __typename: 'User', id: '2', size: 5 },
        { __typename: 'User', id: '1', size: 5 },
      ],
      indexes: [0, 1, 1],
      places: [1, 2, 3],
    });
  });

  it('may have objects, lists and conditions in them', () => {
    const text =
      '... on User { __typename org { id parts { x } } pets { __typename ... on Animal { name } ... on Cat { lives } } }';
    const { representations } = represent(text, [
      user('1', {
        org: { id: 'o', parts: [{ x: 1 }, null, { y: 2 }], more: 1 },
        pets: [[{ __typename: 'Cat', name: 'c', lives: 9 }], [{ __typename: 'Dog', name: 'd', lives: 1 }]],
      }),
    ]);
    expect(representations).toEqual([
      {
        __typename: 'User',
        // An element that lacks a field becomes null.
        org: { id: 'o', parts: [{ x: 1 }, null, null] },
        pets: [[{ __typename: 'Cat', name: 'c', lives: 9 }], [{ __typename: 'Dog', name: 'd' }]],
      },
    ]);
  });

  it('hold for the subtypes of the type that is named', () => {
    const objects = [
      { __typename: 'Cat', id: 1 },
      { __typename: 'Dog', id: 1 },
      { __typename: 'Fish', id: 1 },
    ];
    expect(represent('... on Animal { __typename id }', objects).representations).toEqual([
      { __typename: 'Cat', id: 1 },
      { __typename: 'Dog', id: 1 },
    ]);
  });

  it('are changed by input rewrites, the entities are not', () => {
    const cat = { __typename: 'Cat', id: 1, in: 2 };
    const rewrites: Rewrites = [
      { kind: 'ValueSetter', path: ['... on Cat', '__typename'], setValueTo: 'Animal' },
      { kind: 'KeyRenamer', path: ['... on Animal', 'in'], renameKeyTo: 'out' },
    ];
    const { representations } = represent('... on Cat { __typename id in }', [cat], rewrites);
    expect(representations).toEqual([{ __typename: 'Animal', id: 1, out: 2 }]);
    expect(cat).toEqual({ __typename: 'Cat', id: 1, in: 2 });
  });

  it('are valid JSON whatever the strings', () => {
    const id = '"\\\n\u2028\ud800';
    expect(represent(USER, [user(id)]).representations).toEqual([user(id)]);
    expect(represent(USER, [user('ä漢')], [], true).representations).toEqual([user('ä漢')]);
  });

  it('stand for exactly the objects that have all fields, each for those with its values', () => {
    const value = fc.constantFrom<unknown>('a', 'b', 1, '1', null, undefined, true, { x: 1 });
    const object = fc.record({
      __typename: fc.constantFrom('User', 'Team', 'Other'),
      id: value,
      org: value,
      name: value,
    });
    const text = '... on User { __typename id org } ... on Team { __typename name id }';
    fc.assert(
      fc.property(fc.array(object, { maxLength: 12 }), (objects) => {
        const expected = objects.flatMap((each, place) => {
          const { __typename, id, org, name } = each;
          const own = __typename === 'User' ? { __typename, id, org } : { __typename, name, id };
          return __typename === 'Other' || Object.values(own).includes(undefined)
            ? []
            : [{ place, own: JSON.stringify(own) }];
        });
        const { representations, indexes, places } = represent(text, objects);
        const texts = representations.map((each: unknown) => JSON.stringify(each));
        expect(places).toEqual(expected.map(({ place }) => place));
        expect(indexes.map((index) => texts[index])).toEqual(expected.map(({ own }) => own));
        expect(new Set(texts).size).toBe(texts.length);
      }),
      { numRuns: 2_000 },
    );
  });
});
