import type { FetchNode } from '@apollo/query-planner';
import { OperationTypeNode, parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readCacheFacts } from './cacheFacts.js';
import { readFetchCaching } from './fetchCaching.js';

const SDL = /* GraphQL */ `
  directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean, staleWhileRevalidate: Int) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  enum CacheControlScope { PUBLIC PRIVATE }
  enum join__Graph { SHOP @join__graph(name: "shop", url: "") STOCK @join__graph(name: "stock", url: "") }
  type Query @join__type(graph: SHOP) @join__type(graph: STOCK) {
    item(id: ID!): Item
    itemOf(sku: String!): Item
    items: [Item!]! @cacheControl(maxAge: 5, staleWhileRevalidate: 20)
    count: Int! @cacheControl(maxAge: 3)
    anything: Thing
    anyPair: Paired
    health: String
  }
  type Item @join__type(graph: SHOP, key: "id") @join__type(graph: STOCK, key: "id") @join__type(graph: STOCK, key: "sku") @cacheControl(maxAge: 60, scope: PUBLIC) {
    id: ID!
    sku: String!
    maker: Maker! @cacheControl(scope: PRIVATE)
    size: Size
    weight: Weight
    related: [Thing!]!
    pair: Pair
    named: Named @cacheControl(scope: PUBLIC)
    hidden: Hidden
    price: Int! @cacheControl(maxAge: 10)
  }
  type Maker @join__type(graph: SHOP, key: "name") @cacheControl(maxAge: 30) { name: String! best: Item }
  type Size @join__type(graph: SHOP) @cacheControl(inheritMaxAge: true, scope: PUBLIC) { width: Int }
  type Weight @join__type(graph: SHOP) { grams: Int }
  type Pair @join__type(graph: SHOP, key: "left right") @cacheControl(maxAge: 60) { left: ID! right: ID! }
  type Note @join__type(graph: SHOP) @cacheControl(maxAge: 60) { text: String! }
  union Thing @join__type(graph: SHOP) @join__unionMember(graph: SHOP, member: "Item") @join__unionMember(graph: SHOP, member: "Note") @cacheControl(maxAge: 60) = Item | Note
  union Paired @join__type(graph: SHOP) @join__unionMember(graph: SHOP, member: "Pair") @cacheControl(maxAge: 60) = Pair
  interface Named @join__type(graph: SHOP) @cacheControl(maxAge: 60) { label: String! secret: String! }
  type Tagged implements Named @join__type(graph: SHOP) @join__implements(graph: SHOP, interface: "Named") @cacheControl(maxAge: 60) { label: String! secret: String! @cacheControl(scope: PRIVATE) }
  type Safe @join__type(graph: SHOP) @cacheControl(maxAge: 60, scope: PRIVATE) { code: String! }
  union Hidden @join__type(graph: SHOP) @join__unionMember(graph: SHOP, member: "Note") @join__unionMember(graph: SHOP, member: "Safe") @cacheControl(maxAge: 60, scope: PUBLIC) = Note | Safe
`;
const facts = readCacheFacts(SDL);
if (!facts) throw new Error('no facts');

const root = (operation: string, more: Partial<FetchNode> = {}) =>
  readFetchCaching(
    { kind: 'Fetch', serviceName: 'shop', variableUsages: [], operationKind: OperationTypeNode.QUERY, operation, operationName: undefined, ...more } as FetchNode, // biome-ignore format: one node
    true,
    facts,
  );
const entities = (type: string, selection: string, key = 'id', subgraph = 'shop') =>
  root(`query($representations:[_Any!]!){_entities(representations:$representations){... on ${type}{${selection}}}}`, {
    serviceName: subgraph,
    requires: [
      {
        kind: 'InlineFragment',
        typeCondition: type,
        selections: ['__typename', key].map((name) => ({ kind: 'Field', name })),
      },
    ],
  } as Partial<FetchNode>);
const tagsOf = (caching: ReturnType<typeof root>, value: unknown) => {
  const tags = new Set<string>();
  return caching?.collectTags(value, tags) ? [...tags] : undefined;
};
const printed = (text: string | undefined) => print(parse(text ?? '{none}')).replace(/\s+/g, ' ');

describe('entities', () => {
  it('are kept for the least time of what is selected', () => {
    expect(entities('Item', 'sku')?.maxAgeMs).toBe(60_000);
    expect(entities('Item', 'sku price')?.maxAgeMs).toBe(10_000);
    expect(entities('Item', 'maker{name}')?.maxAgeMs).toBe(30_000);
    expect(entities('Item', 'size{width}')?.maxAgeMs).toBe(60_000);
    expect(entities('Item', 'sku')?.staleMs).toBe(0);
  });

  it('are the same for operations that select the same', () => {
    const named = (name: string) => root(`query ${name}($id:ID!){item(id:$id){sku}}`);
    expect(named('One__shop__0')?.selection).toBe(named('Other__shop__1')?.selection);
    expect(named('One__shop__0')?.selection).not.toBe(root('query($id:ID!){item(id:$id){price}}')?.selection);
  });

  it('are not kept where anything is good for no time', () => {
    expect(entities('Item', 'sku weight{grams}')).toBeUndefined();
  });

  it('are not kept where what the client calls something may be taken for a key that is asked for', () => {
    expect(entities('Item', 'maker{name _keyOf_Maker:best{sku}}')).toBeUndefined();
    expect(root('{items{sku _keyOf_Item:sku}}')).toBeUndefined();
  });

  it('are not kept with others in them that messages cannot name', () => {
    expect(entities('Item', 'pair{left}')).toBeUndefined();
    expect(root('{anyPair{...on Pair{left}}}')).toBeUndefined();
  });

  it('are not the same for everybody where some type that they may be of says so', () => {
    expect(entities('Item', 'named{label}')?.isPublic).toBe(true);
    expect(entities('Item', 'named{secret}')?.isPublic).toBe(false);
    expect(entities('Item', 'hidden{... on Note{text}}')?.isPublic).toBe(false);
  });

  it('are not kept where they are not known by the key by which messages name them', () => {
    expect(entities('Item', 'price', 'sku', 'stock')).toBeUndefined();
    expect(entities('Pair', 'left', 'left')).toBeUndefined();
    expect(entities('Item', 'price', 'id', 'stock')?.maxAgeMs).toBe(10_000);
  });

  it('are the same for everybody where all of them is', () => {
    expect(entities('Item', 'sku size{width}')?.isPublic).toBe(true);
    expect(entities('Item', 'sku maker{name}')?.isPublic).toBe(false);
    expect(entities('Maker', 'name', 'name')?.isPublic).toBe(false);
    expect(entities('Item', '__typename')?.isPublic).toBe(true);
    expect(entities('Maker', '__typename', 'name')?.isPublic).toBe(false);
    expect(entities('Maker', '... on Maker{__typename}', 'name')?.isPublic).toBe(false);
  });

  it('depend on themselves and on those in them, whose keys are asked for', () => {
    const caching = entities('Item', 'maker{best{sku}}related{... on Item{sku}... on Note{text}}');
    expect(printed(caching?.operation)).toBe(
      printed(
        'query($representations:[_Any!]!){_entities(representations:$representations){... on Item{maker{best{sku _keyOf_Item:id}_keyOf_Maker:name}related{... on Item{sku}... on Note{text}... on Item{_keyOf_Item:id}}}}}',
      ),
    );
    const object = { __typename: 'Item', id: 7 };
    expect([caching?.entityTagOf(object), caching?.entityTagOf({ __typename: 'Other', id: 7 })]).toEqual([
      'shop/Item:7',
      undefined,
    ]);
    const value = {
      maker: { best: { _keyOf_Item: '2' }, _keyOf_Maker: 'm' },
      related: [{ _keyOf_Item: '3' }, {}, null],
    };
    expect(tagsOf(caching, value)).toEqual(['shop/Maker:m', 'shop/Item:2', 'shop/Item:3']);
    expect(tagsOf(caching, null)).toEqual([]);
    expect(tagsOf(caching, { maker: { best: null } })).toBeUndefined();
  });
});

describe('a root', () => {
  it('that looks an entity up by its key depends on that entity', () => {
    const caching = root('query($id:ID!){item(id:$id){sku}}');
    expect(caching?.rootTags({ id: '1' })).toEqual(['shop/Item:1']);
    expect(caching?.rootTags({})).toBeUndefined();
    expect(root('{item(id:"1"){sku}}')?.rootTags({})).toEqual(['shop/Item:1']);
    expect(tagsOf(caching, { item: { sku: 's', _keyOf_Item: '1' } })).toEqual(['shop/Item:1']);
    expect(tagsOf(caching, { item: null })).toBeUndefined();
    expect([caching?.maxAgeMs, caching?.isPublic, caching?.staleMs]).toEqual([60_000, true, 0]);
  });

  it('that finds one in another way, or several, depends on the types of what it may have', () => {
    expect(root('{itemOf(sku:"1"){sku}}')?.rootTags({})).toEqual(['shop/Item']);
    const list = root('{items{sku maker{name}}}');
    expect(list?.rootTags({})).toEqual(['shop/Item', 'shop/Maker']);
    expect([list?.maxAgeMs, list?.staleMs]).toEqual([5_000, 20_000]);
    expect(tagsOf(list, { items: [{ _keyOf_Item: '1' }] })).toEqual([]);
  });

  it('without entities depends on its time', () => {
    expect(root('{count}')).toMatchObject({ maxAgeMs: 3_000, staleMs: 0 });
    expect(root('{count}')?.rootTags({})).toEqual(['shop/Query']);
  });

  it('of several fields may be stale for the least of their times', () => {
    expect(root('{items{sku}count}')).toMatchObject({ maxAgeMs: 3_000, staleMs: 0 });
    expect(root('{items{sku}item(id:"1"){sku}}')?.rootTags({})).toEqual(['shop/Item', 'shop/Item:1']);
  });

  it('is not kept where anything of it is good for no time, nor mutations', () => {
    expect(root('{health}')).toBeUndefined();
    expect(root('{items{sku}health}')).toBeUndefined();
    expect(root('mutation{items{sku}}', { operationKind: OperationTypeNode.MUTATION })).toBeUndefined();
  });
});

it('a supergraph that says nothing has no facts', () => {
  expect(readCacheFacts('type Query { a: Int }')).toBeUndefined();
});
