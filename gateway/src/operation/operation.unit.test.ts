import { beforeEach, describe, expect, it } from 'vitest';
import { readSupergraphFacts } from '../compile/supergraphFacts.js';
import { anonymous, type Identity } from '../identity/identity.js';
import type { AccessRules } from '../rights/rights.js';
import type { Subgraph } from '../subgraph/subgraph.js';
import { documentLimits } from './documentLimits.js';
import { OperationCache } from './operationCache.js';

const API = `directive @defer(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT
  type Query { a: Int b: Int c: Int! open: Int self: Query } type Mutation { a: Int } type Subscription { a: Int open: Int }`;
const SDL = `schema @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY) { query: Query }
  type Query { a: Int @requiresScopes(scopes: [["a"]]) b: Int @requiresScopes(scopes: [["b"]]) c: Int! @authenticated open: Int self: Query }
  type Subscription { a: Int @requiresScopes(scopes: [["a"]]) open: Int }`;
const facts = readSupergraphFacts(
  { apiSdl: API, subgraphs: [], subtypes: {}, interfaceObjects: [], internalSelections: [] },
  SDL,
);
const PLAN = JSON.stringify({ kind: 'Fetch', serviceName: 's', operation: '{a b c open}', variableUsages: [] });

const planned: string[] = [];
beforeEach(() => {
  planned.length = 0;
});
const operation = (text: string, access?: AccessRules) =>
  new OperationCache({
    compiler: { facts, subgraphs: new Map([['s', { name: 's' } as Subgraph]]) },
    plan: async (asked) => {
      planned.push(asked.replaceAll(/\s+/g, ' '));
      return PLAN;
    },
    limits: { ...documentLimits, rootAliases: 1_000, rootFields: 1_000 },
    mostDocuments: 10,
    mostBytes: 1_000_000,
    onLookup: () => {},
    ...(access && { access }),
  }).find({ text, name: undefined, incremental: false });
const who = (scope: string, sub = 's'): Identity => ({ kind: 'PERSON', sub, scopes: scope.split(' ') });

describe('an operation', () => {
  it('is planned once for each combination of what its callers lack of it', async () => {
    const { variantFor } = bound(operation('{ a b open }'));
    const first = await variantFor(who('a'));
    expect(await variantFor(who('a c d', 'other'))).toBe(first);
    expect(variantFor(who('a x'))).not.toBeInstanceOf(Promise);
    await variantFor(who('b'));
    await variantFor(who('a b'));
    await variantFor(who('b a x'));
    await variantFor(anonymous);
    expect(planned).toEqual(['{ a open }', '{ b open }', '{ a b open }', '{ open }']);
  });

  it('that requires nothing has one variant for all', async () => {
    const { variantFor } = bound(operation('{ open self { open } }'));
    const first = await variantFor(anonymous);
    expect(variantFor(who('a'))).toBe(first);
    expect(variantFor(who('b'))).toBe(first);
  });

  it('all of whose fields are cut is not planned at all', async () => {
    const variant = await bound(operation('{ a b }')).variantFor(anonymous);
    expect(planned).toEqual([]);
    expect(variant.errors.map(({ path }) => path)).toEqual([['a'], ['b']]);
    expect(variant.fetches).toEqual([]);
  });

  it('has no more than so many errors', async () => {
    const text = `{ open ${Array.from({ length: 600 }, (_, index) => `a${index}: a`).join(' ')} }`;
    expect((await bound(operation(text)).variantFor(anonymous)).errors).toHaveLength(500);
  });

  it('that is a subscription to what is cut is refused', async () => {
    const refused = bound(operation('subscription { a }'));
    await expect(refused.variantFor(anonymous)).rejects.toMatchObject({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' });
    await expect(refused.variantFor(anonymous)).rejects.toMatchObject({ errors: [{ path: ['a'] }] });
    expect(planned).toEqual([]);
  });

  it('may be refused as a whole, and is not planned then', async () => {
    const access: AccessRules = { rightsMode: 'refuse', introspectionScope: undefined, hideSuggestions: false };
    const { variantFor } = bound(operation('{ open self { a } }', access));
    await expect(variantFor(anonymous)).rejects.toMatchObject({ errors: [{ path: ['self', 'a'] }] });
    await variantFor(who('a'));
    expect(planned).toEqual(['{ open self { a } }']);
  });

  it('that asks for the schema is answered as its caller sees it', async () => {
    const text = '{ __type(name: "Query") { fields { name } } }';
    const { variantFor } = bound(operation(text));
    const names = async (identity: Identity) =>
      JSON.parse((await variantFor(identity)).introspect?.({}).get('__type') ?? '').fields.map(
        ({ name }: { name: string }) => name,
      );
    expect(await names(anonymous)).toEqual(['open', 'self']);
    expect(await names(who('a'))).toEqual(['a', 'c', 'open', 'self']);
    expect(await names(who('a b'))).toEqual(['a', 'b', 'c', 'open', 'self']);
  });

  it('may be refused for asking', () => {
    const access: AccessRules = { rightsMode: 'cut', introspectionScope: 'introspection:read', hideSuggestions: true };
    const { variantFor } = bound(operation('{ open __schema { queryType { name } } }', access));
    expect(() => variantFor(who('a'))).toThrow(expect.objectContaining({ code: 'INTROSPECTION_REFUSED' }));
    expect(() => variantFor(who('introspection:read'))).not.toThrow();
    expect(() => bound(operation('{ __typename }', access)).variantFor(anonymous)).not.toThrow();
    expect(() => operation('{ opn }', access)).toThrow(
      expect.objectContaining({
        errors: [expect.objectContaining({ message: 'Cannot query field "opn" on type "Query".' })],
      }),
    );
  });
});

function bound(found: ReturnType<typeof operation>) {
  return { variantFor: (identity: Identity) => found.variantFor({}, identity) };
}
