import fc from 'fast-check';
import { buildSchema, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { describe, expect, it } from 'vitest';
import type { RequestRefused } from '../errors/requestRefused.js';
import { compileVariables } from './compileVariables.js';

const schema = buildSchema(/* GraphQL */ `
  type Query {
    field: Int
  }
  scalar Json
  enum Unit {
    CENT
    DOLLAR
  }
  input Point {
    x: Int!
    y: Float = 1.5
    label: String
    next: Point
    tags: [ID!]
  }
  input Choice @oneOf {
    number: Int
    text: String
  }
`);

function operation(variables: string): OperationDefinitionNode {
  const [definition] = parse(`query Q${variables && `(${variables})`} { field }`).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  return definition;
}

function faultsOf(check: (variables: Record<string, unknown>) => void, variables: Record<string, unknown>) {
  try {
    check(variables);
    return [];
  } catch (error) {
    return (error as RequestRefused).errors.map(({ message }) => message);
  }
}

const NAMED = ['Int', 'Float', 'String', 'Boolean', 'ID', 'Unit', 'Json', 'Point', 'Choice'];
const type: fc.Arbitrary<string> = fc.letrec<{ type: string }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small' },
    { arbitrary: fc.constantFrom(...NAMED), weight: 4 },
    { arbitrary: fc.constantFrom(...NAMED).map((name) => `${name}!`), weight: 2 },
    { arbitrary: tie('type').map((inner) => `[${inner}]`), weight: 2 },
    { arbitrary: tie('type').map((inner) => `[${inner}]!`), weight: 1 },
  ),
})).type;

const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    false,
    0,
    -0,
    1,
    -1,
    1.5,
    2 ** 31,
    2 ** 31 - 1,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 53,
    1e300,
    '',
    'CENT',
    'DOLLAR',
    'cent',
    '1',
    'true',
    '__proto__',
    'constructor',
  ),
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const value: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { arbitrary: leaf, weight: 5 },
    { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 2 },
    {
      arbitrary: fc.dictionary(
        fc.constantFrom('x', 'y', 'label', 'next', 'tags', 'number', 'text', 'other'),
        tie('value'),
        { maxKeys: 3 },
      ),
      weight: 2,
    },
  ),
})).value;

describe('the check of variables', () => {
  it('finds the same faults as graphql, whatever the types and values', () => {
    const definition = fc.tuple(type, fc.boolean()).map(([text, withDefault]) =>
      // A default that fits every nullable type.
      withDefault && !text.endsWith('!') ? `${text} = null` : text,
    );
    fc.assert(
      fc.property(
        fc.array(definition, { minLength: 1, maxLength: 3 }),
        fc.dictionary(fc.constantFrom('v0', 'v1', 'v2', 'other'), value, { maxKeys: 4 }),
        (types, variables) => {
          const node = operation(types.map((each, index) => `$v${index}: ${each}`).join(', '));
          const { errors } = getVariableValues(schema, node.variableDefinitions ?? [], { ...variables });
          const faults = faultsOf(compileVariables(node, schema), variables);
          expect(faults).toEqual((errors ?? []).map(({ message }) => message));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('finds the same faults in values of the right kind', () => {
    const fitting: Record<string, fc.Arbitrary<unknown>> = {
      Int: fc.integer(),
      Float: fc.double(),
      String: fc.string(),
      Boolean: fc.boolean(),
      ID: fc.oneof(fc.string(), fc.integer()),
      Unit: fc.constantFrom('CENT', 'DOLLAR'),
    };
    for (const [name, arbitrary] of Object.entries(fitting)) {
      for (const [text, values] of [
        [name, fc.option(arbitrary)],
        [`${name}!`, arbitrary],
        [`[${name}!]!`, fc.array(arbitrary, { maxLength: 4 })],
        [`[[${name}]]`, fc.array(fc.option(fc.array(fc.option(arbitrary), { maxLength: 2 })), { maxLength: 3 })],
      ] as const) {
        const node = operation(`$v: ${text}`);
        const check = compileVariables(node, schema);
        fc.assert(
          fc.property(values, (given) => {
            const { errors } = getVariableValues(schema, node.variableDefinitions ?? [], { v: given });
            expect(faultsOf(check, { v: given })).toEqual((errors ?? []).map(({ message }) => message));
          }),
          { numRuns: 50 },
        );
      }
    }
  });

  it('says where in the operation the variable is, with a code', () => {
    const check = compileVariables(operation('$id: ID!'), schema);
    try {
      check({});
      expect.unreachable();
    } catch (error) {
      expect((error as RequestRefused).errors).toEqual([
        {
          message: 'Variable "$id" of required type "ID!" was not provided.',
          locations: [{ line: 1, column: 9 }],
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ]);
    }
  });

  it('leaves what is not declared, and what is inherited, alone', () => {
    const check = compileVariables(operation('$constructor: String, $toString: ID!'), schema);
    expect(faultsOf(check, { toString: '1', other: {} })).toEqual([]);
    expect(faultsOf(check, {})).toEqual(['Variable "$toString" of required type "ID!" was not provided.']);
    expect(faultsOf(compileVariables(operation(''), schema), { any: 1 })).toEqual([]);
  });

  it('tells of twenty faults at most', () => {
    const node = operation(Array.from({ length: 100 }, (_each, index) => `$v${index}: Int!`).join(' '));
    expect(faultsOf(compileVariables(node, schema), {}).length).toBeLessThanOrEqual(21);
  });

  it('lets null not decide about a selection', () => {
    const check = compileVariables(operation('$a: Boolean = true, $b: Boolean = true, $c: Int'), schema, ['a', 'c']);
    expect(faultsOf(check, { a: null })).toEqual([expect.stringContaining('"$a"')]);
    expect(faultsOf(check, { b: null, c: null })).toEqual([]);
    expect(faultsOf(check, {})).toEqual([]);
  });
});
