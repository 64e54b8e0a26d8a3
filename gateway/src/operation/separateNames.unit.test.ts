import { parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { separateNames } from './separateNames.js';

/** Fields of keys and requirements: `id` and `price(currency: "EUR")`, `size` with arguments of two kinds. */
const internalFields = new Map([
  ['id', new Set([''])],
  ['price', new Set(['currency: "EUR"'])],
  ['size', new Set(['', 'unit: CM'])],
  ['id_0', new Set([''])],
]);

const separate = (text: string) => {
  const { document, clientNames } = separateNames(parse(text), internalFields);
  return { text: print(document).replace(/\s+/g, ' '), names: Object.fromEntries(clientNames) };
};

describe('separateNames', () => {
  it('leaves a document alone in which nothing can be mistaken', () => {
    const document = parse('{ a { id price(currency: "EUR") name other: name } }');
    expect(separateNames(document, internalFields)).toEqual({ document, clientNames: new Map() });
    expect(separateNames(document, internalFields).document).toBe(document);
  });

  const cases: Record<string, { given: string; text: string; names: Record<string, string> }> = {
    'another field under the name of a key': {
      given: '{ a { id: name } }',
      text: '{ a { id_1: name } }',
      names: { id_1: 'id' },
    },
    'a required field with other arguments': {
      given: '{ a { price(currency: "USD") } }',
      text: '{ a { price_0: price(currency: "USD") } }',
      names: { price_0: 'price' },
    },
    'a required field without arguments': {
      given: '{ a { price } }',
      text: '{ a { price_0: price } }',
      names: { price_0: 'price' },
    },
    'a field that is required with arguments of several kinds': {
      given: '{ a { size } }',
      text: '{ a { size_0: size } }',
      names: { size_0: 'size' },
    },
    'another field under __typename': {
      given: '{ a { __typename: name } }',
      text: '{ a { typename_0: name } }',
      names: { typename_0: '__typename' },
    },
    'the planner’s own names': {
      given: '{ a { name__alias_0: name } }',
      text: '{ a { name__alias_0_0: name } }',
      names: { name__alias_0_0: 'name__alias_0' },
    },
    'names that are taken': {
      given: '{ a { id: name id_1: name id_2: other } }',
      text: '{ a { id_3: name id_1: name id_2: other } }',
      names: { id_3: 'id' },
    },
    'the same name in several places, fragments among them': {
      given: '{ a { id: name ...F } b { ... on B { id: other } } } fragment F on A { id: name }',
      text: '{ a { id_1: name ...F } b { ... on B { id_1: other } } } fragment F on A { id_1: name }',
      names: { id_1: 'id' },
    },
    'names that objects inherit': {
      given: '{ __proto__: a { constructor toString: name hasOwnProperty: id } }',
      text: '{ proto___0: a { constructor_0: constructor toString_0: name hasOwnProperty_0: id } }',
      names: {
        proto___0: '__proto__',
        constructor_0: 'constructor',
        toString_0: 'toString',
        hasOwnProperty_0: 'hasOwnProperty',
      },
    },
  };
  for (const [what, { given, text, names }] of Object.entries(cases)) {
    it(`gives another name to ${what}`, () => expect(separate(given)).toEqual({ text, names }));
  }
});
