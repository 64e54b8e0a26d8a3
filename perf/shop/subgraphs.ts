import type { GraphQLResolverMap } from '@apollo/subgraph';
import { type Product, productOf, type Review, reviews, reviewsOf, topProducts, userOf, users } from './catalogue.ts';

/** One subgraph: what it declares, and how it answers. */
export interface Subgraph {
  readonly name: string;
  readonly sdl: string;
  readonly resolvers: GraphQLResolverMap<unknown>;
}

const FEDERATION = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.3"
  import: ["@key", "@external", "@requires", "@provides", "@shareable"]
)
`;

const accounts: Subgraph = {
  name: 'accounts',
  sdl: `${FEDERATION}
type Query {
  me: User
  user(id: ID!): User
  users: [User]
}

type User @key(fields: "id") {
  id: ID!
  name: String
  username: String @shareable
  birthday: Int
}`,
  resolvers: {
    Query: { me: () => users[0], user: (_: unknown, { id }: { id: string }) => userOf(id), users: () => users },
    User: { __resolveReference: ({ id }: { id: string }) => userOf(id) },
  },
};

const products: Subgraph = {
  name: 'products',
  sdl: `${FEDERATION}
type Query {
  topProducts(first: Int = 5): [Product]
  product(upc: String!): Product
}

type Product @key(fields: "upc") {
  upc: String!
  name: String
  price: Int
  weight: Int
}`,
  resolvers: {
    Query: {
      topProducts: (_: unknown, { first }: { first: number }) => topProducts.slice(0, first),
      product: (_: unknown, { upc }: { upc: string }) => productOf(upc),
    },
    Product: { __resolveReference: ({ upc }: { upc: string }) => productOf(upc) },
  },
};

const inventory: Subgraph = {
  name: 'inventory',
  sdl: `${FEDERATION}
type Product @key(fields: "upc") {
  upc: String!
  weight: Int @external
  price: Int @external
  inStock: Boolean
  shippingEstimate: Int @requires(fields: "price weight")
}`,
  resolvers: {
    Product: {
      __resolveReference: (product: Product) => product,
      inStock: () => true,
      shippingEstimate: ({ price, weight }: Product) => (price > 1000 ? 10 : Math.round(weight / 10)),
    },
  },
};

const reviewsSubgraph: Subgraph = {
  name: 'reviews',
  sdl: `${FEDERATION}
type Query {
  review(id: ID!): Review
}

type Review @key(fields: "id") {
  id: ID!
  body: String
  product: Product
  author: User @provides(fields: "username")
}

type User @key(fields: "id") {
  id: ID!
  username: String @external
  reviews: [Review]
}

type Product @key(fields: "upc") {
  upc: String!
  reviews: [Review]
}`,
  resolvers: {
    Query: { review: (_: unknown, { id }: { id: string }) => reviews.find((review) => review.id === id) },
    Review: {
      __resolveReference: ({ id }: { id: string }) => reviews.find((review) => review.id === id),
      author: ({ author }: Review) => ({ id: author, username: userOf(author)?.username }),
      product: ({ product }: Review) => ({ upc: product }),
    },
    User: {
      __resolveReference: (user: { id: string }) => user,
      reviews: ({ id }: { id: string }) => reviews.filter(({ author }) => author === id),
    },
    Product: {
      __resolveReference: (product: { upc: string }) => product,
      reviews: ({ upc }: { upc: string }) => reviewsOf(upc),
    },
  },
};

/** Four subgraphs, shaped like those of the benchmark by which federation gateways are usually compared. */
export const subgraphs: readonly Subgraph[] = [accounts, products, inventory, reviewsSubgraph];
