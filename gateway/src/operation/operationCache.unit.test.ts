import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSupergraphFacts } from '../compile/supergraphFacts.js';
import type { ErrorCode } from '../errors/errorCodes.js';
import { RequestRefused } from '../errors/requestRefused.js';
import { anonymous } from '../identity/identity.js';
import type { Subgraph } from '../subgraph/subgraph.js';
import { OperationCache, type OperationCacheOptions } from './operationCache.js';

const facts = readSupergraphFacts({
  apiSdl:
    'directive @defer(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT type Query { a: Int b: Int c: Int self: Query }',
  subgraphs: [],
  subtypes: {},
  interfaceObjects: [],
  internalSelections: [],
});

/** Whatever the operation is. */
const PLAN = JSON.stringify({ kind: 'Fetch', serviceName: 's', operation: '{a b c self{a}}', variableUsages: [] });
const subgraphs = new Map([['s', { name: 's' } as Subgraph]]);

/** What the planner was asked for. */
const planned: string[] = [];
const lookups: string[] = [];
let answerPlan: (text: string) => Promise<string>;
beforeEach(() => {
  planned.length = 0;
  lookups.length = 0;
  answerPlan = async () => PLAN;
});

function createCache(bounds: Partial<Pick<OperationCacheOptions, 'mostDocuments' | 'mostBytes'>> = {}): OperationCache {
  return new OperationCache({
    compiler: { facts, subgraphs },
    plan: (text) => {
      planned.push(text);
      return answerPlan(text);
    },
    mostDocuments: 100,
    mostBytes: 10_000_000,
    onLookup: (result) => lookups.push(result),
    ...bounds,
  });
}

const keyOf = (text: string, name?: string, incremental = false) => ({ text, name, incremental });
const plan = async (cache: OperationCache, text: string, variables: Record<string, unknown> = {}) =>
  cache.find(keyOf(text)).variantFor(variables, anonymous);
const textsIn = (cache: OperationCache) => [...cache.inUse()].map(({ key }) => key.text);
const refusal = (code: ErrorCode) => new RequestRefused(code, 'No.');

it('an operation is prepared once and found again', async () => {
  const cache = createCache();
  const operation = cache.find(keyOf('{ a }'));
  expect(await operation.variantFor({}, anonymous)).toMatchObject({ planJson: PLAN });
  expect(cache.find(keyOf('{ a }'))).toBe(operation);
  expect(operation.variantFor({}, anonymous)).not.toBeInstanceOf(Promise);
  expect([planned, lookups]).toEqual([['{ a }'], ['miss', 'hit']]);
});

it('requests that come while it is planned wait for the same plan', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  answerPlan = () => promise;
  const cache = createCache();
  const asked = Array.from({ length: 10 }, () => plan(cache, '{ a }'));
  resolve(PLAN);
  expect(new Set(await Promise.all(asked)).size).toBe(1);
  expect(planned).toEqual(['{ a }']);
});

it('operations of one document are told apart by their names', async () => {
  const cache = createCache();
  const text = 'query A { a } query B { b }';
  const [a, b] = ['A', 'B'].map((name) => cache.find(keyOf(text, name)));
  expect([a?.name, b?.name]).toEqual(['A', 'B']);
  expect(cache.find(keyOf(text, 'A'))).toBe(a);
  expect(() => cache.find(keyOf(text))).toThrow(expect.objectContaining({ code: 'OPERATION_RESOLUTION_FAILURE' }));
  expect([...cache.inUse()].map(({ key }) => key)).toEqual([keyOf(text, 'A'), keyOf(text, 'B')]);
});

it('a client that takes a response in parts has an operation of its own only where something is deferred', () => {
  const cache = createCache();
  const find = (text: string) => [false, true].map((incremental) => cache.find(keyOf(text, undefined, incremental)));
  const [whole, parts] = find('{ a ... @defer { b } }');
  expect([whole?.defers, parts?.defers]).toEqual([false, true]);
  expect(new Set(find('{ a }')).size).toBe(1);
});

describe('what is kept is bounded', () => {
  it('by number: the longest unused go', async () => {
    const cache = createCache({ mostDocuments: 3 });
    for (const text of ['{ a }', '{ b }', '{ c }', '{ a }', '{ a b }']) await plan(cache, text);
    expect(textsIn(cache)).toEqual(['{ a b }', '{ a }', '{ c }']);
    await plan(cache, '{ b }');
    expect(planned.filter((text) => text === '{ b }').length).toBe(2);
  });

  it('by bytes of texts', async () => {
    const cache = createCache({ mostBytes: 100_000 });
    for (let index = 0; index < 50; index++) await plan(cache, `{ a${index}: a ${' '.repeat(200)} }`);
    const kept = textsIn(cache).length;
    expect(kept).toBeGreaterThan(1);
    expect(kept).toBeLessThan(10);
  });

  it('by bytes of plans, which come later', async () => {
    answerPlan = async () => `${PLAN}${' '.repeat(3_000)}`;
    const cache = createCache({ mostBytes: 100_000 });
    const texts = ['{ a }', '{ b }', '{ c }', '{ a b }', '{ b c }'];
    for (const text of texts) cache.find(keyOf(text));
    expect(textsIn(cache).length).toBe(5);
    for (const text of texts) await plan(cache, text);
    expect(textsIn(cache)).toEqual(['{ b c }', '{ a b }']);
  });

  it('an operation larger than the bound is answered and not kept, and pushes nothing out', async () => {
    const cache = createCache({ mostBytes: 50_000 });
    await plan(cache, '{ a }');
    expect((await plan(cache, `{ b ${' '.repeat(1_000)} }`)).planJson).toBe(PLAN);
    expect(textsIn(cache)).toEqual(['{ a }']);
  });

  it('documents that are refused are not kept', async () => {
    const cache = createCache({ mostDocuments: 1 });
    await plan(cache, '{ a }');
    for (const [text, code] of [
      ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
      ['{', 'GRAPHQL_PARSE_FAILED'],
      ['fragment F on Query { a }', 'GRAPHQL_VALIDATION_FAILED'],
    ] as const) {
      expect(() => cache.find(keyOf(text))).toThrow(expect.objectContaining({ code }));
    }
    expect(textsIn(cache)).toEqual(['{ a }']);
  });

  it('combinations of conditions: of very many the longest unused go', async () => {
    const cache = createCache();
    const names = ['v0', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6'];
    const fields = names.map((name) => `${name}: a @include(if: $${name})`).join(' ');
    const text = `query (${names.map((name) => `$${name}: Boolean!`).join(' ')}) { b ${fields} }`;
    const variablesOf = (number: number) =>
      Object.fromEntries(names.map((name, bit) => [name, ((number >> bit) & 1) === 1]));
    for (let number = 0; number < 128; number++) await plan(cache, text, variablesOf(number));
    const operation = cache.find(keyOf(text));
    expect(planned.length).toBe(128);
    expect(operation.variantsInUse.length).toBe(16);
    await plan(cache, text, variablesOf(127));
    expect(planned.length).toBe(128);
    await plan(cache, text, variablesOf(0));
    expect(planned.length).toBe(129);
  });
});

describe('an operation that is not planned', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  for (const code of ['PLANNING_TIMEOUT', 'PLANNING_FAILED'] as const) {
    it(`is refused for a minute without another try: ${code}`, async () => {
      answerPlan = async () => Promise.reject(refusal(code));
      const cache = createCache();
      for (let round = 0; round < 3; round++)
        await expect(plan(cache, '{ a }')).rejects.toEqual(expect.objectContaining({ code }));
      expect(planned.length).toBe(1);
      answerPlan = async () => PLAN;
      const later = performance.now() + 61_000;
      vi.spyOn(performance, 'now').mockReturnValue(later);
      // The cache looks at the clock once a millisecond.
      await vi.waitFor(async () => expect((await plan(cache, '{ a }')).planJson).toBe(PLAN));
    });
  }

  for (const error of [refusal('PLANNER_BUSY'), refusal('SHUTTING_DOWN'), new Error('odd')]) {
    it(`is tried again when it is asked for again: ${error instanceof RequestRefused ? error.code : error}`, async () => {
      answerPlan = async () => Promise.reject(error);
      const cache = createCache();
      await expect(plan(cache, '{ a }')).rejects.toBe(error);
      answerPlan = async () => PLAN;
      expect((await plan(cache, '{ a }')).planJson).toBe(PLAN);
    });
  }

  it('for one combination of conditions is planned for others', async () => {
    answerPlan = async (text) => (text.includes('c') ? Promise.reject(refusal('PLANNING_FAILED')) : PLAN);
    const cache = createCache();
    const text = 'query ($x: Boolean!) { a c @include(if: $x) }';
    await expect(plan(cache, text, { x: true })).rejects.toEqual(refusal('PLANNING_FAILED'));
    expect((await plan(cache, text, { x: false })).planJson).toBe(PLAN);
  });
});
