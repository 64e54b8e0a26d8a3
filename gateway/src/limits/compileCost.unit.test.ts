import fc from 'fast-check';
import {
  buildSchema,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { compileCost } from './compileCost.js';
import { readCostDirectives } from './costDirectives.js';

const sdl = `
  schema @link(url: "https://specs.apollo.dev/link/v1.0")
    @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", { name: "@listSize", as: "@size" }]) {
    query: Query
    mutation: Mutation
  }
  type Query {
    person(id: ID): Person
    people: [Person!]!
    sized(first: Int, last: Int): [Person] @size(slicingArguments: ["first", "last"], assumedSize: 7, requireOneSlicingArgument: false)
    strict(first: Int, last: Int): [Person] @size(slicingArguments: ["first", "last"])
    byDefault(first: Int = 4): [Person] @size(slicingArguments: ["first"])
    assumed: [Person] @size(assumedSize: 3)
    paged(page: Page): Connection @size(slicingArguments: ["page.first"], sizedFields: ["nodes"], requireOneSlicingArgument: false, assumedSize: 2)
    any: [Any]
    search(filter: Filter, filters: [Filter!], text: String @cost(weight: 4), money: Money): Int
    free: [Person] @cost(weight: 0)
  }
  type Mutation { rename(name: String): Person }
  type Person { id: ID name: String salary: Money friends: [Person] best: Person slow: Int @cost(weight: 20) }
  type Connection { nodes: [Person] total: Int others: [Person] }
  type Heavy @cost(weight: 5) { name: String }
  union Any = Person | Heavy
  scalar Money @cost(weight: 2)
  input Page { first: Int }
  input Filter { name: String and: [Filter!] near: String @cost(weight: 3) }
`;
const directives = `
  directive @link(url: String, import: [Import]) repeatable on SCHEMA
  directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @size(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
  scalar Import
`;
const schema = buildSchema(sdl + directives);
const costs = readCostDirectives(sdl);

const estimateIn = (text: string, against: GraphQLSchema = schema) => {
  const document = parse(text);
  const definition = document.definitions[0] as OperationDefinitionNode;
  return compileCost({ document, definition }, against, costs, 10);
};
const costOf = (text: string, variables: Record<string, unknown> = {}) => estimateIn(text)(variables);
const refusalOf = (text: string, variables?: Record<string, unknown>) => {
  try {
    return costOf(text, variables);
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('the estimated cost', () => {
  const cases: [what: string, text: string, cost: number, variables?: Record<string, unknown>][] = [
    ['an object is 1, leaves are nothing', '{ person { id name } }', 1],
    ['a list is as many as are assumed', '{ people { id best { id } } }', 20],
    ['lists in lists multiply', '{ people { friends { id } } }', 10 + 100],
    ['a mutation has a cost of its own', 'mutation { rename { id } }', 11],
    ['a field’s weight', '{ person { slow } }', 21],
    ['a type’s weight', '{ any { ... on Heavy { name } } }', 10],
    ['a scalar’s weight', '{ person { salary } }', 3],
    ['a weight of 0', '{ free { id best { id } } }', 10],
    ['a slicing argument', '{ sized(first: 3) { id } }', 3],
    ['the largest of several', '{ sized(first: 3, last: 5) { id } }', 5],
    ['none, but an assumed size', '{ sized { id } }', 7],
    ['null is none', '{ sized(first: null) { id } }', 7],
    ['a negative one', '{ sized(first: -3) { id } }', 0],
    ['a slicing argument by a variable', 'query ($n: Int) { sized(first: $n) { id } }', 50, { n: 50 }],
    ['a variable that is left out', 'query ($n: Int) { sized(first: $n) { id } }', 7],
    ['a variable’s default', 'query ($n: Int = 6) { sized(first: $n) { id } }', 6],
    ['an argument’s default', '{ byDefault { id } }', 4],
    ['an assumed size', '{ assumed { id } }', 3],
    ['sized fields', '{ paged(page: { first: 5 }) { nodes { id } total others { id } } }', 1 + 5 + 10 + 1],
    [
      'sized fields by a variable inside',
      'query ($n: Int) { paged(page: { first: $n }) { nodes { id } } }',
      1 + 8 + 1,
      { n: 8 },
    ],
    [
      'sized fields by a variable outside',
      'query ($p: Page) { paged(page: $p) { ... { nodes { id } } } }',
      1 + 9 + 1,
      { p: { first: 9 } },
    ],
    ['sized fields without an argument', '{ paged { nodes { id } } }', 1 + 2],
    ['an argument’s weight', '{ search(text: "a") }', 4],
    ['an argument that is null', '{ search(text: null) }', 0],
    ['a weight of an argument’s type', '{ search(money: 1) }', 2],
    ['input objects', '{ search(filter: { name: "a", near: "b", and: [{ near: "c" }] }) }', 1 + 3 + 1 + 3],
    [
      'input objects by a variable',
      'query ($f: [Filter!]) { search(filters: $f) }',
      1 + 3 + 1,
      { f: [{ near: 'a' }, { name: 'b' }] },
    ],
    [
      'fragments are added up',
      '{ any { ...F ... on Person { best { id } } } } fragment F on Person { best { id } }',
      30,
    ],
    ['what is left out', '{ people @skip(if: true) { id } person @include(if: false) { id } }', 0],
    ['what a variable leaves out', 'query ($x: Boolean!) { people @skip(if: $x) { id } }', 0, { x: true }],
    ['what a variable leaves in', 'query ($x: Boolean!) { ... @include(if: $x) { people { id } } }', 10, { x: true }],
    [
      'introspection is free',
      '{ __typename __schema { types { fields { name } } } __type(name: "A") { fields { name } } }',
      0,
    ],
  ];
  for (const [what, text, cost, variables] of cases) {
    it(what, () => expect(costOf(text, variables)).toBe(cost));
  }

  it('refuses a list without the one slicing argument that it needs', () => {
    expect(refusalOf('{ strict(first: 2) { id } }')).toBe(2);
    expect(refusalOf('{ strict { id } }')).toBe('SLICING_ARGUMENT_REQUIRED');
    expect(refusalOf('{ strict(first: 2, last: 3) { id } }')).toBe('SLICING_ARGUMENT_REQUIRED');
    expect(refusalOf('query ($n: Int) { strict(first: $n) { id } }')).toBe('SLICING_ARGUMENT_REQUIRED');
    expect(refusalOf('query ($n: Int) { strict(first: $n) { id } }', { n: 3 })).toBe(3);
  });

  it('is a number that JSON has, whatever is multiplied', () => {
    const deep = `query ($n: Int) { sized(first: $n) ${'{ friends '.repeat(50)} { id } ${'}'.repeat(50)} }`;
    expect(costOf(deep, { n: 2 ** 31 - 1 })).toBe(Number.MAX_SAFE_INTEGER);
    const endless = `{ ${'people { '.repeat(1)} ${'friends { '.repeat(400)} id ${'} '.repeat(401)} free { id } }`;
    expect(costOf(endless)).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('the directives of a supergraph', () => {
  it('are read under the names that they have there', () => {
    const named = (link: string, type: string) =>
      readCostDirectives(`schema @link(url: "https://specs.apollo.dev/cost/v0.1"${link}) { query: Query } ${type}`);
    const type = (cost: string, size: string) => `type Query { a: Int @${cost}(weight: 3) @${size}(assumedSize: 2) }`;
    for (const { weights, listSizes } of [
      named(', import: ["@cost", "@listSize"]', type('cost', 'listSize')),
      named('', type('cost', 'cost__listSize')),
      named(', as: "price"', type('price', 'price__listSize')),
      named(', import: [{ name: "@cost", as: "@weighs" }]', type('weighs', 'cost__listSize')),
    ]) {
      expect([...weights]).toEqual([['Query.a', 3]]);
      expect(listSizes.get('Query.a')?.assumedSize).toBe(2);
    }
  });

  it('of another specification mean nothing', () => {
    const { weights } = readCostDirectives('type Query { a: Int @cost(weight: 3) } # https://specs.apollo.dev/cost/');
    expect(weights.size).toBe(0);
  });
});

/** The definition as one would say it, for selections of fields alone. */
function naively(
  set: SelectionSetNode,
  type: GraphQLNamedType,
  variables: Record<string, unknown>,
  sized?: { fields: ReadonlySet<string>; size: number },
): number {
  return set.selections.reduce((sum, each) => {
    if (each.kind !== Kind.FIELD)
      return sum + naively((each as { selectionSet: SelectionSetNode }).selectionSet, type, variables, sized);
    const field = (type as { getFields?: () => Record<string, { type: GraphQLOutputType }> }).getFields?.()[
      each.name.value
    ];
    if (!field) return sum;
    const place = `${type.name}.${each.name.value}`;
    const given = getNamedType(field.type);
    const rule = costs.listSizes.get(place);
    const slices = (rule?.slicingArguments ?? []).flatMap((name) => argumentOf(each, name, variables));
    const size = slices.length > 0 ? Math.max(0, ...slices) : rule?.assumedSize;
    const weight = costs.weights.get(place) ?? costs.weights.get(given.name) ?? (isCompositeType(given) ? 1 : 0);
    const inner = each.selectionSet
      ? naively(each.selectionSet, given, variables, rule && { fields: rule.sizedFields, size: size ?? 10 })
      : 0;
    const count = isListType(getNullableType(field.type))
      ? sized?.fields.has(each.name.value)
        ? sized.size
        : (size ?? 10)
      : 1;
    return sum + count * (weight + inner);
  }, 0);
}

function argumentOf({ arguments: args }: FieldNode, name: string, variables: Record<string, unknown>): number[] {
  const value = args?.find((each) => each.name.value === name)?.value;
  if (value?.kind === Kind.INT) return [Number(value.value)];
  const given = value?.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
  return typeof given === 'number' ? [given] : [];
}

describe('the estimate of any operation', () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 50 }).map(String), fc.constantFrom('$a', '$b', 'null'));
  const { person } = fc.letrec<{ person: string }>((tie) => ({
    person: fc
      .array(
        fc.oneof(
          { maxDepth: 3 },
          fc.constantFrom('id', 'slow', 'salary'),
          fc.tuple(fc.constantFrom('friends', 'best', '...'), tie('person')).map(([name, inner]) => `${name} ${inner}`),
        ),
        { minLength: 1, maxLength: 4 },
      )
      .map((selections) => `{ ${selections.join(' ')} }`),
  }));
  const root = fc.oneof(
    fc.tuple(fc.constantFrom('person', 'people', 'assumed', 'free'), person).map(([name, inner]) => `${name} ${inner}`),
    fc.tuple(size, person).map(([first, inner]) => `sized(first: ${first}) ${inner}`),
  );
  const roots = fc.array(root, { minLength: 1, maxLength: 5 });
  const variables = fc.record(
    { a: fc.integer({ min: 0, max: 100 }), b: fc.integer({ min: 0, max: 100 }) },
    { requiredKeys: [] },
  );
  const write = (fields: readonly string[]) => `query ($a: Int, $b: Int) { ${fields.join(' ')} }`;

  it('is what the definition says', () => {
    fc.assert(
      fc.property(roots, variables, (fields, values) => {
        const text = write(fields);
        const { selectionSet } = parse(text).definitions[0] as OperationDefinitionNode;
        expect(costOf(text, values)).toBe(naively(selectionSet, schema.getQueryType() as GraphQLNamedType, values));
      }),
    );
  });

  it('never falls when something is added', () => {
    fc.assert(
      fc.property(roots, root, fc.nat(), variables, (fields, more, at, values) => {
        const added = [...fields];
        added.splice(at % (fields.length + 1), 0, more);
        expect(costOf(write(added), values)).toBeGreaterThanOrEqual(costOf(write(fields), values));
      }),
    );
  });

  it('is the sum of its parts', () => {
    fc.assert(
      fc.property(roots, roots, variables, (some, others, values) => {
        expect(costOf(write([...some, ...others]), values)).toBe(
          costOf(write(some), values) + costOf(write(others), values),
        );
      }),
    );
  });
});
