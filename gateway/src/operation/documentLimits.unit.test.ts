import fc from 'fast-check';
import { buildSchema, getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkSelections, checkTokens } from './documentLimits.js';

const limits = { tokens: 100, brackets: 10, depth: 5, selections: 50 };
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

it('lets a full introspection query through', () => {
  const query = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true });
  expect(code(() => checkTokens(query))).toBe('fine');
  expect(code(() => checkSelections(parse(query)))).toBe('fine');
  expect(buildSchema('type Query { a: Int }')).toBeDefined();
});
