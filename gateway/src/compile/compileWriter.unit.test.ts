import fc from 'fast-check';
import { buildSchema, executeSync, type FragmentDefinitionNode, type GraphQLFieldResolver, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compileWriter, type WriterState } from './compileWriter.js';
import { JsonOutput } from './jsonOutput.js';

const schema = buildSchema(/* GraphQL */ `
  type Query {
    user: User
    must: User!
    users: [User!]
    any: [Any]
    named: [Named!]!
    matrix: [[Int!]!]
    unit: Unit
    units: [Unit!]
    json: Json
    class: String
  }
  enum Unit {
    CENT
    DOLLAR
  }
  scalar Json
  union Any = User | Team
  interface Named {
    name: String!
  }
  type User implements Named {
    id: ID!
    name: String!
    age: Int
    score: Float
    active: Boolean
    friend: User
    friends: [User]
    team: Team!
  }
  type Team implements Named {
    name: String!
    members: [User!]!
  }
  type Other {
    x: Int
  }
`);

interface Options {
  readonly interfaceObjects?: readonly string[];
  readonly clientNames?: Record<string, string>;
  readonly given?: Record<string, boolean>;
}

function writerOf(text: string, { interfaceObjects = [], clientNames = {}, given = {} }: Options = {}) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const sets = parse(text).definitions.flatMap((definition) => {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    return definition.kind === Kind.OPERATION_DEFINITION ? [definition.selectionSet] : [];
  });
  const query = schema.getQueryType();
  if (!query) throw new Error('no query type');
  const write = compileWriter(
    query,
    sets,
    {
      schema,
      fragments,
      conditions: new Map(Object.entries(given)),
      withoutDeferred: true,
      interfaceObjects: new Set(interfaceObjects),
      clientNames: new Map(Object.entries(clientNames)),
    },
    // It has to grow again and again.
    new JsonOutput(1),
  );
  return (data: unknown, state: Partial<WriterState> = {}) => {
    const { json, faulty } = write(data, { plain: false, aliased: false, introspection: undefined, ...state });
    return { json: json && String(json), faulty };
  };
}

/** What is written, and whether some value was not what the schema promises. */
const written = (text: string, data: unknown, options?: Options, state?: Partial<WriterState>) => {
  const { json, faulty } = writerOf(text, options)(data, state);
  return [json, faulty];
};

describe('a response is written', () => {
  it('in the order of the operation, with aliases, whatever the order of the data', () => {
    expect(
      written('{ b: user { name id } class a: json }', { a: 1, class: 'c', b: { id: '1', name: 'n', x: 2 } }),
    ).toEqual(['{"b":{"name":"n","id":"1"},"class":"c","a":1}', false]);
  });

  it('under the names of the client', () => {
    const clientNames = { x_0: '__proto__', y_0: 'constructor' };
    expect(written('{ x_0: class y_0: json }', { x_0: 'a', y_0: { z: 1 } }, { clientNames })).toEqual([
      '{"__proto__":"a","constructor":{"z":1}}',
      false,
    ]);
  });

  it('with what is missing as null', () => {
    expect(written('{ user { age } users { id } json }', {})).toEqual([
      '{"user":null,"users":null,"json":null}',
      false,
    ]);
    expect(written('{ user { age } }', null)).toEqual([undefined, false]);
  });

  it('without what conditions leave out, down to nothing', () => {
    const text = '{ user @include(if: $a) { id } ... @skip(if: $a) { class } }';
    expect(written(text, { class: 'c', user: { id: '1' } }, { given: { a: true } })).toEqual([
      '{"user":{"id":"1"}}',
      false,
    ]);
    expect(written(text, { class: 'c' }, { given: { a: false } })).toEqual(['{"class":"c"}', false]);
    expect(written('{ user { id @skip(if: true) } }', { user: {} })).toEqual(['{"user":{}}', false]);
  });

  it('with the type that an object has, and the name of the root’s', () => {
    expect(
      written('{ __typename user { t: __typename } any { __typename } }', {
        __typename: 'RootOfSomeSubgraph',
        user: {},
        any: [{ __typename: 'Team' }, null],
      }),
    ).toEqual(['{"__typename":"Query","user":{"t":"User"},"any":[{"__typename":"Team"},null]}', false]);
  });

  it('with introspection where the operation has it', () => {
    const introspection = new Map([['t', '{"name":"X"}']]);
    expect(written('{ class t: __type(name: "X") { name } }', { class: 'c' }, {}, { introspection })).toEqual([
      '{"class":"c","t":{"name":"X"}}',
      false,
    ]);
  });

  it('with strings escaped, unless it is known that none needs it', () => {
    const odd = '"\\\n\u2028\ud800ä漢';
    const [json] = written('{ class json user { id } }', { class: odd, json: { [odd]: odd }, user: { id: odd } });
    expect(JSON.parse(String(json))).toEqual({ class: odd, json: { [odd]: odd }, user: { id: odd } });
    const calm = "ä漢'\u2028/<>";
    expect(written('{ class }', { class: calm }, {}, { plain: true })).toEqual([
      JSON.stringify({ class: calm }),
      false,
    ]);
  });
});

describe('a value that is not what the schema promises', () => {
  const cases: [what: string, text: string, data: unknown, json: string | undefined][] = [
    ['a string for an Int', '{ user { age } }', { user: { age: '5' } }, '{"user":{"age":null}}'],
    ['a fraction for an Int', '{ user { age } }', { user: { age: 1.5 } }, '{"user":{"age":null}}'],
    ['a fraction for an ID', '{ user { id } }', { user: { id: 1.5 } }, '{"user":null}'],
    ['a number for a String', '{ class }', { class: 5 }, '{"class":null}'],
    ['a number for a Boolean', '{ user { active } }', { user: { active: 1 } }, '{"user":{"active":null}}'],
    ['a string for a Float', '{ user { score } }', { user: { score: '1' } }, '{"user":{"score":null}}'],
    ['an object for a leaf', '{ class unit }', { class: {}, unit: [] }, '{"class":null,"unit":null}'],
    ['another value for an enum', '{ unit }', { unit: 'EURO' }, '{"unit":null}'],
    ['an inherited name for an enum', '{ unit }', { unit: 'constructor' }, '{"unit":null}'],
    ['another value in a list of an enum', '{ units }', { units: ['CENT', 'EURO'] }, '{"units":null}'],
    ['a leaf for an object', '{ user { id } }', { user: 'x' }, '{"user":null}'],
    ['a list for an object', '{ user { id } }', { user: [{ id: '1' }] }, '{"user":null}'],
    ['an object for a list', '{ users { id } }', { users: { id: '1' } }, '{"users":null}'],
    ['an object of another type', '{ user { age } }', { user: { __typename: 'Team' } }, '{"user":null}'],
    [
      'a member that is not one',
      '{ any { ... on User { id } } }',
      { any: [{ __typename: 'Other' }] },
      '{"any":[null]}',
    ],
    ['a null that must not be', '{ must { id } class }', { class: 'c' }, undefined],
    [
      'a null below a nullable field',
      '{ user { team { name } id } }',
      { user: { id: '1', team: {} } },
      '{"user":null}',
    ],
    [
      'a null in a list of non-null',
      '{ users { id } class }',
      { users: [{ id: '1' }, null] },
      '{"users":null,"class":null}',
    ],
    [
      'a null in a list of nullable',
      '{ user { friends { id } } }',
      { user: { friends: [null, {}] } },
      '{"user":{"friends":[null,null]}}',
    ],
    ['a null two lists deep', '{ matrix }', { matrix: [[1], [2, null]] }, '{"matrix":null}'],
    ['a list in the place of a number', '{ matrix }', { matrix: [1] }, '{"matrix":null}'],
  ];
  for (const [what, text, data, json] of cases) {
    it(`${what} is null, as far up as it has to`, () => expect(written(text, data)).toEqual([json, true]));
  }

  it('says so again for the next, and not for one without', () => {
    const write = writerOf('{ user { age } }');
    expect(write({ user: { age: 'x' } }).faulty).toBe(true);
    expect(write({ user: { age: 1 } })).toEqual({ json: '{"user":{"age":1}}', faulty: false });
  });

  it('an interface in the place of an object is taken where a subgraph may say so, but has no type to show', () => {
    const options = { interfaceObjects: ['Named'] };
    expect(written('{ named { name } }', { named: [{ __typename: 'Named', name: 'n' }] }, options)).toEqual([
      '{"named":[{"name":"n"}]}',
      false,
    ]);
    expect(
      written(
        '{ any { __typename } named { __typename name } }',
        { any: [], named: [{ __typename: 'Named', name: 'n' }] },
        options,
      ),
    ).toEqual([undefined, true]);
  });
});

describe('objects that stand in several places', () => {
  it('are written the same from memory, valid or not', () => {
    const team = { name: 'T', members: [] as unknown[] };
    const good = { id: '1', team };
    const bad = { id: '2', team: { name: null, members: [] } };
    team.members.push({ id: '3' });
    const data = { users: [good, good], user: { friends: [good, bad, good, bad] } };
    const text = '{ users { id team { name } } user { friends { id team { name members { id } } } } }';
    const write = writerOf(text);
    const from = write(data, { aliased: true });
    expect(from).toEqual(write(data));
    expect(JSON.parse(String(from.json)).user.friends.map((each: unknown) => each === null)).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it('are not remembered from one response to the next', () => {
    const write = writerOf('{ user { age } }');
    const user = { age: 1 };
    expect(write({ user }, { aliased: true }).json).toBe('{"user":{"age":1}}');
    user.age = 2;
    expect(write({ user }, { aliased: true }).json).toBe('{"user":{"age":2}}');
  });
});

it('writes what graphql-js would, whatever the data', () => {
  const text = `{
    user { ...U } must { id friend { ...U } } users { n: name id } any { __typename ... on Named { name } ... on User { age } ... on Team { members { id } } }
    named { name ... on User { id } } matrix unit units class
  } fragment U on User { id name age score active friends { id } team { name members { name } } }`;
  const odd = <T>(values: fc.Arbitrary<T>) =>
    fc.oneof({ arbitrary: values, weight: 12 }, { arbitrary: fc.constantFrom(null, undefined, {}), weight: 1 });
  const scalar = {
    name: odd(fc.string({ unit: 'binary', maxLength: 3 })),
    id: odd(fc.string({ maxLength: 3 })),
    n: odd(fc.string({ maxLength: 3 })),
    age: odd(fc.integer()),
    score: odd(fc.double({ noNaN: true, noDefaultInfinity: true })),
    active: odd(fc.boolean()),
  };
  const list = <T>(items: fc.Arbitrary<T>) => odd(fc.array(odd(items), { maxLength: 3 }));
  const shallow = fc.record({ ...scalar, __typename: fc.constant('User') });
  const team = fc.record({ __typename: fc.constant('Team'), name: scalar.name, members: list(shallow) });
  const user = fc.record({
    ...scalar,
    __typename: fc.constant('User'),
    friends: list(shallow),
    friend: odd(shallow),
    team: odd(team),
  });
  const unit = fc.constantFrom('CENT', 'DOLLAR');
  const data = fc.record({
    user: odd(user),
    must: odd(user),
    users: list(shallow),
    any: list(fc.oneof(user, team)),
    named: list(fc.oneof(user, team)),
    matrix: list(fc.array(fc.integer(), { maxLength: 3 })),
    unit: odd(unit),
    units: list(unit),
    class: odd(fc.string()),
  });
  const write = writerOf(text);
  const document = parse(text);
  // What subgraphs sent stands under response names.
  const fieldResolver: GraphQLFieldResolver<Record<string, unknown>, unknown> = (source, _args, _context, { path }) =>
    source[path.key];
  fc.assert(
    fc.property(data, (rootValue) => {
      const plain = !JSON.stringify(rootValue).includes('\\');
      const expected = executeSync({ schema, document, rootValue, fieldResolver });
      for (const aliased of [false, true]) {
        const { json, faulty } = write(rootValue, { plain, aliased });
        expect(json ?? 'null').toBe(JSON.stringify(expected.data));
        // A null that is missing from a nullable field is no fault.
        expect(faulty).toBe(expected.errors !== undefined);
      }
    }),
    { numRuns: 500 },
  );
});
