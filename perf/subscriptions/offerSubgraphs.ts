import type { GraphQLResolverMap } from '@apollo/subgraph';
import { readOfferKey } from './offerKey.ts';

/** One of the two subgraphs that an event's payload comes from. */
export interface OfferSubgraph {
  readonly name: OfferSubgraphName;
  readonly sdl: string;
  readonly resolvers: GraphQLResolverMap<unknown>;
}
export type OfferSubgraphName = 'offers' | 'descriptions';

/** Has the subscription, and the entity that its events are about. Shows every offer to everybody: what the gateway sends to the wrong subscriber has to be seen. */
const offers: OfferSubgraph = {
  name: 'offers',
  sdl: `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@composeDirective"])
  @link(url: "https://leadgraph.example/event-source/v1.0", import: ["@eventSource"])
  @composeDirective(name: "@eventSource")

directive @eventSource(subject: String!, filter: [String!]) on FIELD_DEFINITION

type Query {
  offer(id: ID!): Offer
}

type Subscription {
  offers(after: String): OfferEvent! @eventSource(subject: "shop.offer.*.{identity.sub}")
}

interface SubscriptionEvent {
  cursor: String!
  kind: String!
}

type OfferEvent implements SubscriptionEvent {
  cursor: String!
  kind: String!
  offer: Offer
}

type Offer @key(fields: "id") {
  id: ID!
  number: Int!
  price: Int!
  state: String!
}`,
  resolvers: {
    Query: { offer: (_: unknown, { id }: { id: string }) => offerOf(id) },
    Offer: { __resolveReference: ({ id }: { id: string }) => offerOf(id) },
  },
};

const descriptions: OfferSubgraph = {
  name: 'descriptions',
  sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])

type Offer @key(fields: "id") {
  id: ID!
  description: String!
}`,
  resolvers: {
    Offer: {
      __resolveReference: ({ id }: { id: string }) => ({ id, description: `Offer ${id}, made to be measured.` }),
    },
  },
};

export const offerSubgraphs: readonly OfferSubgraph[] = [offers, descriptions];

function offerOf(id: string) {
  const key = readOfferKey(id);
  return key && { id, number: key.number, price: 1000 + key.number, state: 'OPEN' };
}
