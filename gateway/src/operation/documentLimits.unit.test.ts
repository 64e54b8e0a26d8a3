import fc from 'fast-check';
import { buildSchema, getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkSelections, checkTokens, documentLimits } from './documentLimits.js';

const limits = { ...documentLimits, tokens: 100, brackets: 10, depth: 5, selections: 50 };
const code = (work: () => void) => {
  try {
    work();
    return 'fine';
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name;
  }
};
const tokens = (text: string) => code(() => checkTokens(text, limits));
const selections = (text: string) => code(() => checkSelections(parse(text), limits));

describe('the limit on tokens and brackets', () => {
  it('lets pass up to the limit and not one more', () => {
    expect(tokens(`{${'a '.repeat(98)}}`)).toBe('fine');
    expect(tokens(`{${'a '.repeat(99)}}`)).toBe('OPERATION_TOO_LARGE');
    expect(tokens(`${'{a'.repeat(10)}${'}'.repeat(10)}`)).toBe('fine');
    expect(tokens(`${'{a'.repeat(11)}${'}'.repeat(11)}`)).toBe('OPERATION_TOO_DEEP');
  });

  it('counts neither strings nor comments', () => {
    expect(tokens(`{ a(b: "${'{'.repeat(500)}") } # ${'{ a '.repeat(500)}`)).toBe('fine');
  });
});

describe('the limit on depth and selections', () => {
  it('lets pass up to the limit and not one more', () => {
    expect(selections('{a{a{a{a{a}}}}}')).toBe('fine');
    expect(selections('{a{a{a{a{a{a}}}}}}')).toBe('OPERATION_TOO_DEEP');
    expect(selections(`{${'a '.repeat(50)}}`)).toBe('fine');
    expect(selections(`{${'a '.repeat(51)}}`)).toBe('OPERATION_TOO_LARGE');
  });

  it('counts a fragment wherever it is spread', () => {
    const fragment = 'fragment F on T { b c d e f g h }';
    expect(selections(`{ ${'...F '.repeat(6)} } ${fragment}`)).toBe('fine');
    expect(selections(`{ ${'...F '.repeat(7)} } ${fragment}`)).toBe('OPERATION_TOO_LARGE');
    expect(selections('{ a { ...F } } fragment F on T { b { c { d } } }')).toBe('fine');
    expect(selections('{ ...F a { a { a { ...F } } } } fragment F on T { b { c { d } } }')).toBe('OPERATION_TOO_DEEP');
  });

  it('leaves fragments that contain themselves to validation', () => {
    expect(checkSelections(parse('{ a } fragment F on T { a { ...F } }'))).toBe(true);
    expect(checkSelections(parse('{ ...F } fragment F on T { a { ...G } } fragment G on T { b }'))).toBe(false);
    expect(selections('{ ...F } fragment F on T { a { ...G } } fragment G on T { ...F }')).toBe('fine');
  });

  it('gives the same verdict whether selections are written out or in fragments', () => {
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof({ maxDepth: 6 }, fc.constant(null), fc.array(tie('tree'), { minLength: 1, maxLength: 4 })),
    }));
    const write = (node: unknown, wrap: (inner: string) => string): string =>
      Array.isArray(node) ? `{ ${wrap(node.map((child) => `a${write(child, wrap)}`).join(' '))} }` : '';
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 4 }), (root) => {
        const fragments: string[] = [];
        const plain = write(root, (inner) => `... { ${inner} }`);
        const spread = write(root, (inner) => {
          fragments.push(`fragment F${fragments.length} on T { ${inner} }`);
          return `...F${fragments.length - 1}`;
        });
        expect(selections(`${spread} ${fragments.join(' ')}`)).toBe(selections(plain));
      }),
    );
  });
});

describe('other limits', () => {
  const within = (limit: Partial<typeof documentLimits>) => (text: string) =>
    code(() => {
      checkTokens(text, { ...documentLimits, ...limit });
      checkSelections(parse(text), { ...documentLimits, ...limit });
    });

  const cases: [what: string, limit: Partial<typeof documentLimits>, passes: string, fails: string, code: string][] = [
    ['aliases', { aliases: 2 }, '{ a: x b { c: x } }', '{ a: x b { c: x d: x } }', 'TOO_MANY_ALIASES'],
    [
      'aliases in fragments',
      { aliases: 3 },
      '{ b { ...F } c { ...F } a: x } fragment F on T { c: x }',
      '{ b { ...F } c { ...F } } fragment F on T { c: x d: y }',
      'TOO_MANY_ALIASES',
    ],
    ['aliases at the root', { rootAliases: 1 }, '{ a: x { b: x c: x } }', '{ a: x ... { b: x } }', 'TOO_MANY_ALIASES'],
    [
      'fields of the root',
      { rootFields: 2 },
      '{ a { c d e } b }',
      '{ a ...F } fragment F on T { b c }',
      'TOO_MANY_ROOT_FIELDS',
    ],
    ['directives', { directives: 2 }, '{ a @x b @x }', '{ a @x b @x c @x }', 'TOO_MANY_DIRECTIVES'],
    ['directives at one place', { directivesPerNode: 1 }, '{ a @x b @x }', '{ a @x @x }', 'TOO_MANY_DIRECTIVES'],
    [
      'directives of an operation',
      { directivesPerNode: 1 },
      'query @x { a }',
      'query @x @x { a }',
      'TOO_MANY_DIRECTIVES',
    ],
    [
      'directives of a variable',
      { directivesPerNode: 1 },
      'query ($a: T @x) { a }',
      'query ($a: T @x @x) { a }',
      'TOO_MANY_DIRECTIVES',
    ],
    [
      'directives of a fragment',
      { directivesPerNode: 1 },
      '{ ...F @x } fragment F on T @x { a }',
      '{ ...F } fragment F on T @x @x { a }',
      'TOO_MANY_DIRECTIVES',
    ],
    [
      'operations',
      { operations: 2 },
      'query A { a } query B { a }',
      'query A { a } query B { a } query C { a }',
      'OPERATION_TOO_LARGE',
    ],
    [
      'fragments',
      { fragments: 1 },
      '{ ...F } fragment F on T { a }',
      '{ ...F } fragment F on T { a } fragment G on T { a }',
      'OPERATION_TOO_LARGE',
    ],
    ['variables', { variables: 1 }, 'query ($a: T) { a }', 'query ($a: T $b: T) { a }', 'OPERATION_TOO_LARGE'],
    ['characters', { characters: 8 }, '{ a } # ', '{ a } #  ', 'OPERATION_TOO_LARGE'],
    ['letters of a name', { nameLength: 3 }, '{ abc(x: "abcd") }', '{ abcd }', 'OPERATION_TOO_LARGE'],
    ['comparisons', { comparisons: 3 }, '{ a a a b }', '{ a a a b b }', 'OPERATION_TOO_LARGE'],
    [
      'comparisons below',
      { comparisons: 2 },
      '{ a { b } a { b } }',
      '{ a { b } a { b c } a { c } }',
      'OPERATION_TOO_LARGE',
    ],
    [
      'comparisons in fragments',
      { comparisons: 1 },
      '{ a ...F ...F } fragment F on T { a }',
      '{ a ...F ...G } fragment F on T { a } fragment G on T { a }',
      'OPERATION_TOO_LARGE',
    ],
  ];
  for (const [what, limit, passes, fails, expected] of cases) {
    it(`on ${what} let pass up to the limit and not one more`, () => {
      expect([within(limit)(passes), within(limit)(fails)]).toEqual(['fine', expected]);
    });
  }
});

it('lets a full introspection query through', () => {
  const query = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true });
  expect(code(() => checkTokens(query))).toBe('fine');
  expect(code(() => checkSelections(parse(query)))).toBe('fine');
  expect(buildSchema('type Query { a: Int }')).toBeDefined();
});
