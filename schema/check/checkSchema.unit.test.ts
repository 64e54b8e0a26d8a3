import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeSupergraph } from '../composeSupergraph.ts';
import { parseDocument } from '../manifest/persistedOperation.ts';
import { type CheckedOperation, checkSchema, type SchemaReport } from './checkSchema.ts';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible", "@authenticated", "@requiresScopes"])';

/** A supergraph of the subgraphs whose SDL is given, by name. */
function supergraph(subgraphs: Readonly<Record<string, string>>): string {
  const all = Object.entries(subgraphs).map(([name, sdl]) => ({
    name,
    url: 'http://127.0.0.1',
    sdl: `${link}\n${sdl}`,
  }));
  return composeSupergraph(all).supergraphSdl;
}

const PETS = `
  type Query {
    pet(id: ID!, as: Kind): Pet
    pets(first: Int = 10, filter: PetFilter): [Pet!]!
    animal: Animal
  }
  type Mutation { adopt(input: AdoptInput!): Pet! }
  type Pet @key(fields: "id") { id: ID! name: String! age: Int kind: Kind! address: Address! mood: Mood! }
  type Address { street: String! city: String }
  type Rock { weight: Int }
  union Animal = Pet | Rock
  enum Kind { CAT DOG FISH }
  enum Mood { GLAD SAD }
  input PetFilter { kinds: [Kind!] name: String where: Area }
  input Area { city: String! }
  input AdoptInput { id: ID! kind: Kind nested: AdoptInput }
`;
const TOYS = 'type Pet @key(fields: "id") { id: ID! toys: [String!]! }';

function operation(body: string): CheckedOperation {
  const [, type = 'query', name = ''] = /^(query|mutation|subscription) (\w+)/.exec(body) ?? [];
  return {
    id: body,
    body,
    name,
    type: type as CheckedOperation['type'],
    document: parseDocument(body, `${name}.graphql`),
  };
}

/** The report for a change of the pets' SDL by an exchange of texts, with the operations in the manifests of both versions. */
function check(change: readonly [string, string][], ...bodies: string[]): SchemaReport {
  let pets = PETS;
  for (const [was, is] of change) {
    expect(pets, `"${was}" in the SDL`).toContain(was);
    pets = pets.replaceAll(was, is);
  }
  const clients = new Map([['shop', bodies.map(operation)]]);
  return checkSchema(
    { supergraph: supergraph({ pets: PETS, toys: TOYS }), clients },
    { supergraph: supergraph({ pets, toys: TOYS }), clients },
  );
}

const brokenIn = ({ broken }: SchemaReport) => broken.map(({ name }) => name);
const problemsIn = ({ broken }: SchemaReport) =>
  broken.flatMap(({ problems }) => problems.map(({ file, line, message }) => `${file}:${line} ${message}`));
const usersIn = ({ breaking }: SchemaReport) =>
  Object.fromEntries(breaking.map(({ coordinate, operations }) => [coordinate, operations.map(({ name }) => name)]));

const names = 'query Names { pets { name } }';
const ages = 'query Ages {\n  pets {\n    age\n  }\n}';

describe('a change of the schema', () => {
  it('that removes a field breaks who selects it, and says where', () => {
    const report = check([['age: Int ', '']], names, ages);
    expect(brokenIn(report)).toEqual(['Ages']);
    expect(problemsIn(report)).toEqual([
      expect.stringMatching(/^Ages.graphql:3 Cannot query field "age" on type "Pet"/),
    ]);
    expect(report.breaking).toMatchObject([
      { coordinate: 'Pet.age', note: 'it was in pets', operations: [{ client: 'shop', name: 'Ages' }] },
    ]);
  });

  it('that removes a field nobody selects breaks none, and is told', () => {
    const report = check([['age: Int ', '']], names);
    expect(report.broken).toEqual([]);
    expect(usersIn(report)).toEqual({ 'Pet.age': [] });
  });

  it('that hides a field breaks as well, and says who still has it', () => {
    const report = check([['age: Int ', 'age: Int @inaccessible ']], ages);
    expect(brokenIn(report)).toEqual(['Ages']);
    expect(report.breaking[0]?.note).toBe('pets still has it, but hides it: @inaccessible');
  });

  it('that only adds passes', () => {
    const report = check(
      [
        ['age: Int ', 'age: Int weight: Float '],
        ['FISH', 'FISH BIRD'],
        ['first: Int', 'after: String first: Int'],
      ],
      names,
      ages,
    );
    expect(report).toMatchObject({ broken: [], breaking: [] });
    expect(report.added).toEqual(expect.arrayContaining(['Pet.weight', 'Kind.BIRD', 'Query.pets(after:)']));
    expect(report.dangerous.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['VALUE_ADDED_TO_ENUM', 'OPTIONAL_ARG_ADDED']),
    );
  });

  it('that makes an argument required breaks who does not give it, or gives what may be null', () => {
    const report = check(
      [['as: Kind)', 'as: Kind!)']],
      'query Without { pet(id: 1) { id } }',
      'query Maybe($as: Kind) { pet(id: 1, as: $as) { id } }',
      'query Always($as: Kind!) { pet(id: 1, as: $as) { id } }',
      'query Other { pets { id } }',
    );
    expect(brokenIn(report)).toEqual(['Maybe', 'Without']);
    expect(usersIn(report)).toEqual({ 'Query.pet(as:)': ['Always', 'Maybe', 'Without'] });
  });

  it('that adds a required argument breaks who selects the field', () => {
    const report = check([['animal:', 'animal(id: ID!):']], 'query A { animal { __typename } }', names);
    expect(brokenIn(report)).toEqual(['A']);
    expect(usersIn(report)).toEqual({ 'Query.animal(id:)': ['A'] });
  });

  it('that removes an enum’s value breaks who writes it and who may send it by a variable, however deep, not who only receives it', () => {
    const report = check(
      [['CAT DOG FISH', 'CAT DOG']],
      'query Writes { pet(id: 1, as: FISH) { id } }',
      'query WritesAnother { pet(id: 1, as: CAT) { id } }',
      'query Sends($kinds: [Kind!]) { pets(filter: { kinds: $kinds }) { id } }',
      'query SendsWithin($filter: PetFilter) { pets(filter: $filter) { id } }',
      'query Receives { pets { kind } }',
    );
    expect(brokenIn(report)).toEqual(['Sends', 'SendsWithin', 'Writes']);
    expect(usersIn(report)).toEqual({ 'Kind.FISH': ['Sends', 'SendsWithin', 'Writes'] });
    expect(problemsIn(report)[1]).toContain('Variable "$filter": the value "FISH" of "Kind" is not taken any more.');
  });

  it('that renames a type breaks who names it, also by __typename, and nobody else', () => {
    const report = check(
      [['Address', 'Place']],
      'query Names { pets { address { ... on Address { city } } } }',
      'query Caches { pets { address { city __typename } } }',
      'query Reads { pets { address { city } } }',
    );
    expect(brokenIn(report)).toEqual(['Caches', 'Names']);
    expect(usersIn(report)).toEqual({ Address: ['Caches', 'Names'], 'Pet.address': ['Caches', 'Names', 'Reads'] });
  });

  it('that renames an input type breaks who declares a variable of it, not who sends it within another', () => {
    const report = check(
      [['Area', 'Region']],
      'query Declares($where: Area) { pets(filter: { where: $where }) { id } }',
      'query Sends($filter: PetFilter) { pets(filter: $filter) { id } }',
    );
    expect(brokenIn(report)).toEqual(['Declares']);
  });

  it('that lets a field be null breaks who selects it; that promises more breaks nobody', () => {
    const report = check(
      [
        ['name: String! age: Int', 'name: String age: Int!'],
        ['): [Pet!]!', '): [Pet]!'],
      ],
      names,
      ages,
      'query Cities { animal { ... on Pet { address { city } } } }',
    );
    expect(brokenIn(report)).toEqual(['Ages', 'Names']);
    expect(problemsIn(report)).toContain('Names.graphql:1 "Pet.name" changed its type from "String!" to "String".');
    expect(usersIn(report)).toMatchObject({ 'Pet.name': ['Names'], 'Query.pets': ['Ages', 'Names'] });
  });

  it('that sees into a renamed type: what is selected of it may have changed too', () => {
    const report = check(
      [
        ['type Address { street: String!', 'type Place { street: String'],
        ['address: Address!', 'address: Place!'],
      ],
      'query S { pets { address { street } } }',
    );
    expect(problemsIn(report)).toEqual(['S.graphql:1 "Address.street" changed its type from "String!" to "String".']);
  });

  it('that takes more of an input passes, that takes less breaks who sends it by a variable', () => {
    const sends = 'mutation Sends($input: AdoptInput!) { adopt(input: $input) { id } }';
    const writes = 'mutation Writes($id: ID!) { adopt(input: { id: $id, kind: CAT }) { id } }';
    expect(
      brokenIn(
        check([['input AdoptInput { id: ID! kind: Kind', 'input AdoptInput { id: ID kind: [Kind]']], sends, writes),
      ),
    ).toEqual([]);
    expect(brokenIn(check([['{ id: ID! kind: Kind nested', '{ id: ID! kind: Kind! nested']], sends, writes))).toEqual([
      'Sends',
    ]);
    expect(brokenIn(check([['nested: AdoptInput', 'nested: AdoptInput who: String!']], sends, writes))).toEqual([
      'Sends',
      'Writes',
    ]);
    expect(brokenIn(check([['nested: AdoptInput', '']], sends, writes))).toEqual(['Sends']);
    expect(brokenIn(check([['kind: Kind nested', 'nested']], sends, writes))).toEqual(['Sends', 'Writes']);
  });

  it('that takes a member from a union breaks who names it', () => {
    const report = check(
      [
        ['Pet | Rock', 'Pet'],
        ['type Rock { weight: Int }', ''],
      ],
      'query Rocks { animal { ... on Rock { weight } } }',
      'query Pets { animal { ... on Pet { id } } }',
    );
    expect(brokenIn(report)).toEqual(['Rocks']);
  });

  it('that asks for other rights is told, with who uses what it is about', () => {
    const report = check(
      [
        ['age: Int ', 'age: Int @requiresScopes(scopes: [["vet"]]) '],
        ['type Rock {', 'type Rock @authenticated {'],
      ],
      ages,
      names,
      'query Rocks { animal { ... on Rock { weight } } }',
    );
    expect(report).toMatchObject({ broken: [], breaking: [] });
    expect(report.rights).toEqual([
      {
        coordinate: 'Pet.age',
        from: '',
        to: '@requiresScopes(scopes: [["vet"]])',
        operations: [expect.objectContaining({ name: 'Ages' })],
      },
      { coordinate: 'Rock', from: '', to: '@authenticated', operations: [expect.objectContaining({ name: 'Rocks' })] },
    ]);
  });

  it('that moves a field to another subgraph breaks nobody, and is told', () => {
    const clients = new Map([['shop', [operation(ages)]]]);
    const report = checkSchema(
      { supergraph: supergraph({ pets: PETS, toys: TOYS }), clients },
      {
        supergraph: supergraph({ pets: PETS.replace('age: Int ', ''), toys: TOYS.replace('toys:', 'age: Int toys:') }),
        clients,
      },
    );
    expect(report).toMatchObject({
      broken: [],
      breaking: [],
      added: [],
      moved: [{ coordinate: 'Pet.age', from: ['pets'], to: ['toys'] }],
    });
  });
});

describe('the operations looked at', () => {
  const graph = (pets: string) => supergraph({ pets, toys: TOYS });
  const without = PETS.replace('age: Int ', '');
  const manifests = (...bodies: string[]) => new Map([['shop', bodies.map(operation)]]);

  it('are also those that the tree’s manifest has no more: clients that are out call them', () => {
    const report = checkSchema(
      { supergraph: graph(PETS), clients: manifests(ages, names) },
      { supergraph: graph(without), clients: manifests(names) },
    );
    expect(report.broken).toMatchObject([{ name: 'Ages', inBase: true, inTree: false }]);
  });

  it('are also new ones, which have to fit but have no past', () => {
    const report = checkSchema(
      { supergraph: graph(PETS), clients: new Map() },
      { supergraph: graph(without.replace('name: String!', 'name: String')), clients: manifests(ages, names) },
    );
    expect(report.broken).toMatchObject([{ name: 'Ages', inBase: false, inTree: true }]);
  });

  it('that did not fit before are told apart: this change did not break them', () => {
    const clients = manifests('query Gone { gone }');
    const report = checkSchema({ supergraph: graph(PETS), clients }, { supergraph: graph(PETS), clients });
    expect(report).toMatchObject({ broken: [], brokenBefore: [{ name: 'Gone' }], operations: 1 });
  });

  it('of two clients with the same operation are two', () => {
    const clients = new Map([
      ['shop', [operation(ages)]],
      ['zoo', [operation(ages), operation(names)]],
    ]);
    const report = checkSchema({ supergraph: graph(PETS), clients }, { supergraph: graph(without), clients });
    expect(report.broken.map(({ client, name }) => [client, name])).toEqual([
      ['shop', 'Ages'],
      ['zoo', 'Ages'],
    ]);
    expect(report.operations).toBe(3);
  });

  it('without their files are shown by the line of their body', () => {
    const { document, ...bare } = operation(ages);
    const clients = new Map([['shop', [bare]]]);
    const report = checkSchema({ supergraph: graph(PETS), clients }, { supergraph: graph(without), clients });
    expect(problemsIn(report)[0]).toContain(
      'shop/Ages (body in its manifest):3 Cannot query field "age" on type "Pet"',
    );
  });
});

describe('any change of any field', () => {
  const FIELDS = ['a', 'b', 'c', 'd', 'e'] as const;
  /** What is done to a field, and whether that breaks who selects it. */
  const changes = {
    none: [(name: string) => `${name}: Int!`, false],
    removed: [() => '', true],
    renamed: [(name: string) => `${name}2: Int!`, true],
    nullable: [(name: string) => `${name}: Int`, true],
    list: [(name: string) => `${name}: [Int!]!`, true],
    'another scalar': [(name: string) => `${name}: String!`, true],
    'an object': [(name: string) => `${name}: T!`, true],
    'a required argument': [(name: string) => `${name}(x: Int!): Int!`, true],
    'an optional argument': [(name: string) => `${name}(x: Int): Int!`, false],
    'a required argument with a default': [(name: string) => `${name}(x: Int! = 1): Int!`, false],
    deprecated: [(name: string) => `${name}: Int! @deprecated`, false],
    hidden: [(name: string) => `${name}: Int! @inaccessible`, true],
  } as const satisfies Record<string, readonly [(name: string) => string, boolean]>;
  const change = fc.constantFrom(...(Object.keys(changes) as (keyof typeof changes)[]));
  const selection = fc.subarray([...FIELDS], { minLength: 1 });
  const graphOf = (fields: readonly string[]) =>
    supergraph({ only: `type Query { t: T } type T { id: ID! ${fields.join(' ')} }` });
  const base = graphOf(FIELDS.map(changes.none[0]));

  it('breaks those operations that select it and no other', () => {
    fc.assert(
      fc.property(
        fc.tuple(...FIELDS.map(() => change)),
        fc.array(fc.tuple(selection, fc.constantFrom('plain', 'fragment', 'alias')), { minLength: 1, maxLength: 4 }),
        (done, selections) => {
          const operations = selections.map(([fields, form], index) => {
            const text = fields.map((field) => (form === 'alias' ? `x_${field}: ${field}` : field)).join(' ');
            const body =
              form === 'fragment'
                ? `query Q${index} { t { ...F } } fragment F on T { ${text} }`
                : `query Q${index} { t { ${text} } }`;
            return { ...operation(body), fields };
          });
          const clients = new Map([['any', operations]]);
          const tree = graphOf(FIELDS.map((field, index) => changes[done[index] ?? 'none'][0](field)));
          const report = checkSchema({ supergraph: base, clients }, { supergraph: tree, clients });
          const breaks = (field: string) => changes[done[FIELDS.indexOf(field as 'a')] ?? 'none'][1];
          expect(brokenIn(report)).toEqual(
            operations.filter(({ fields }) => fields.some(breaks)).map(({ name }) => name),
          );
          const broken = FIELDS.filter(breaks);
          expect(report.breaking).toHaveLength(broken.length);
          for (const field of broken) {
            const told = report.breaking.find(({ coordinate }) => coordinate.split('(')[0] === `T.${field}`);
            const users = operations.filter(({ fields }) => fields.includes(field)).map(({ name }) => name);
            expect(told?.operations.map(({ name }) => name)).toEqual(users);
          }
        },
      ),
      // The example: no field is an Int any more.
      { numRuns: 60, examples: [[['removed', 'an object', 'removed', 'hidden', 'hidden'], [[['d'], 'plain']]]] },
    );
  });
});
