import fc from 'fast-check';
import {
  buildSchema,
  execute,
  type FieldNode,
  type GraphQLCompositeType,
  GraphQLError,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rightsGraph } from './fixtures/rightsGraph.js';
import { type ComposedGraph, startComposed } from './fixtures/startComposed.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

let issuer: TokenIssuer;
let graph: ComposedGraph;
beforeAll(async () => {
  issuer = await startTokenIssuer();
  graph = await startComposed(rightsGraph, { clientTokens: issuer.clientTokens });
});
afterAll(() => graph?.stop());

/** What the subgraphs of the fixture are together. */
const schema = buildSchema(/* GraphQL */ `
  type Query { products: [Product!]! product(id: ID!): Product named: [Named!]! found: [Found] account: Account total: Int! drafts: [Draft!] latest: [Review!]! }
  interface Named { id: ID! name: String }
  type Product implements Named { id: ID! name: String price: Int cost: Int! size: Size reviews: [Review!] score: Int deal: Boolean stars: Int }
  type Label implements Named { id: ID! name: String }
  type Draft { id: ID! name: String note: String! }
  union Found = Product | Draft
  enum Size { S L }
  scalar Iban
  type Account { owner: String! iban: Iban }
  type Review { text: String author: String! product: Product }
`);

type Holds = (scopes: ReadonlySet<string> | undefined) => boolean;
const scope =
  (name: string): Holds =>
  (scopes) =>
    scopes?.has(name) === true;
const signedIn: Holds = (scopes) => scopes !== undefined;
const priced: Holds = (scopes) =>
  scopes !== undefined && (scopes.has('admin') || (scopes.has('price:read') && scopes.has('eu')));

/** By hand, not by the code that is tested. */
const rights: Readonly<Record<string, Holds>> = {
  'Query.total': scope('total:read'),
  'Query.drafts': scope('drafts'),
  'Product.price': priced,
  'Product.deal': priced,
  'Product.cost': scope('policy:margins'),
  'Product.size': scope('size'),
  'Product.reviews': signedIn,
  'Product.score': scope('score'),
  'Named.name': signedIn,
  'Label.name': signedIn,
  'Draft.id': scope('drafts'),
  'Draft.name': scope('drafts'),
  'Draft.note': scope('drafts'),
  'Account.iban': signedIn,
  'Review.author': scope('authors'),
};
const SCOPES = ['price:read', 'eu', 'admin', 'policy:margins', 'drafts', 'size', 'score', 'authors', 'total:read'];

/** One execution without a gateway, in which forbidden fields fail. */
async function reference(query: string, scopes: ReadonlySet<string> | undefined) {
  const document = parse(query);
  const parents = new Map<string, string>();
  const info = new TypeInfo(schema);
  const keyOf = ({ loc }: FieldNode) => `${loc?.start}`;
  visit(
    document,
    visitWithTypeInfo(info, { Field: (field) => void parents.set(keyOf(field), info.getParentType()?.name ?? '') }),
  );
  const resolvers = Object.assign({}, ...Object.values(rightsGraph).map(({ resolvers: { Query } }) => Query));
  const more = { ...(rightsGraph.reviews?.resolvers.Product as Record<string, (product: unknown) => unknown>) };
  const products = resolvers.products();
  const { data, errors = [] } = await execute({
    schema,
    document,
    fieldResolver(source, args, _context, { fieldNodes, fieldName, parentType }) {
      for (const node of fieldNodes) {
        const holds = rights[`${parents.get(keyOf(node))}.${fieldName}`];
        if (holds && !holds(scopes)) throw new GraphQLError('forbidden');
      }
      if (parentType.name === 'Query') return resolvers[fieldName](undefined, args);
      if (parentType.name === 'Review' && fieldName === 'product')
        return products.find(({ id }: { id: string }) => id === source.product.id);
      const computed = parentType.name === 'Product' && fieldName !== '__resolveReference' && more[fieldName];
      return computed ? computed(source) : source[fieldName];
    },
    typeResolver: ({ __typename, id }: { __typename?: string; id?: string }) =>
      __typename ?? (id ? 'Product' : undefined),
  });
  return { data, forbidden: errors.map(({ path = [] }) => path.filter((step) => typeof step === 'string').join('.')) };
}

/** An operation out of numbers: each decides something. */
function operationOf(numbers: readonly number[]): string {
  let at = 0;
  let names = 0;
  const choose = (most: number) => (numbers[at++ % numbers.length] ?? 0) % most;
  const selection = (type: GraphQLCompositeType, depth: number, mayRepeat: boolean): string => {
    const own = isUnionType(type) ? [] : Object.values(type.getFields());
    const parts: string[] = [];
    const size = 1 + choose(4);
    for (let count = 0; count < size; count++) {
      if (isAbstractType(type) && (own.length === 0 || choose(2) === 0)) {
        const types = schema.getPossibleTypes(type);
        const narrower = types[choose(types.length)];
        if (narrower) parts.push(`... on ${narrower.name} { ${selection(narrower, depth, false)} }`);
        continue;
      }
      const field = own[choose(own.length)];
      if (!field) continue;
      const below = getNamedType(field.type);
      if (isCompositeType(below) && depth === 0) continue;
      // Under its own name only where no other type's field can have the same.
      const alias = mayRepeat && choose(2) === 0 ? '' : `f${names++}: `;
      const given = field.args.length > 0 ? `(id: "${1 + choose(2)}")` : '';
      const decided = choose(6) === 0 ? ' @include(if: false)' : '';
      const set = isCompositeType(below)
        ? ` { ${selection(below, depth - 1, alias !== '' && !isAbstractType(below))} }`
        : '';
      parts.push(
        given && !alias
          ? `f${names++}: ${field.name}${given}${decided}${set}`
          : `${alias}${field.name}${given}${decided}${set}`,
      );
    }
    return parts.length > 0 ? parts.join(' ') : '__typename';
  };
  const root = schema.getQueryType();
  return root ? `{ ${selection(root, 3, false)} }` : '';
}

it('the response is the one of an execution in which forbidden fields fail', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(1_000), { minLength: 30, maxLength: 60 }),
      fc.option(fc.subarray(SCOPES), { nil: undefined }),
      async (numbers, scopes) => {
        const query = operationOf(numbers);
        const { data, forbidden } = await reference(query, scopes && new Set(scopes));
        const headers = scopes ? { authorization: await issuer.bearer({ scope: scopes.join(' ') }) } : {};
        const { body } = await graph.gateway.query(query, {}, headers as Record<string, string>);
        expect({ query, scopes, data: body.data }).toEqual({ query, scopes, data: JSON.parse(JSON.stringify(data)) });
        const errors: { path: string[]; extensions: { code: string } }[] = body.errors ?? [];
        expect(errors.filter(({ extensions }) => extensions.code !== 'UNAUTHORIZED_FIELD_OR_TYPE')).toEqual([]);
        const paths = errors.map(({ path }) => path.join('.'));
        expect(new Set(paths).size).toBe(paths.length);
        expect(forbidden.filter((path) => !paths.includes(path))).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
});
