import { describe, expect, it } from 'vitest';
import { readEventSources } from './eventSources.js';

const supergraph = ({
  subject = 'shop.offer.*.{identity.sub}',
  filter = '',
  args = 'after: String, lines: [String!]',
  event = 'type OfferEvent implements SubscriptionEvent { cursor: String! kind: String! offer: Offer }',
  directive = 'eventSource',
}: Record<string, string>) => /* GraphQL */ `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") { query: Query subscription: Live }
  enum join__Graph {
    OFFERS_1 @join__graph(name: "offers-1", url: "http://x")
    PEOPLE @join__graph(name: "people", url: "http://y")
  }
  type Query @join__type(graph: OFFERS_1) @join__type(graph: PEOPLE) { offer: Offer }
  interface SubscriptionEvent @join__type(graph: OFFERS_1) { cursor: String! kind: String! }
  ${event}
  type Offer @join__type(graph: PEOPLE, key: "sku") @join__type(graph: OFFERS_1, key: "a b") @join__type(graph: OFFERS_1, key: "id") { id: ID! }
  type Live @join__type(graph: OFFERS_1) @join__type(graph: PEOPLE) {
    ticks: Int @join__field(graph: PEOPLE)
    offers(${args}): OfferEvent! @join__field(graph: OFFERS_1) @${directive}(subject: "${subject}" ${filter})
  }
`;
const read = (parts: Record<string, string> = {}) => readEventSources(supergraph(parts));

describe('@eventSource', () => {
  it('says whose the field is, what its messages are called and which entity they are about', () => {
    expect(Object.fromEntries(read({ filter: 'filter: ["payload.line = args.lines"]' }))).toEqual({
      offers: {
        subgraph: 'offers-1',
        subject: [
          { kind: 'text', text: 'shop' },
          { kind: 'text', text: 'offer' },
          { kind: 'any' },
          { kind: 'identity' },
        ],
        filters: [{ message: ['payload', 'line'], argument: ['lines'] }],
        eventType: 'OfferEvent',
        entityField: 'offer',
        entityType: 'Offer',
        keyField: 'id',
      },
    });
  });

  it('is found under a namespace as well', () => {
    expect([...read({ directive: 'events__eventSource' }).keys()]).toEqual(['offers']);
  });

  it('is nowhere in a supergraph without it', () => {
    expect(readEventSources('type Query { a: Int }').size).toBe(0);
  });

  it.each([
    [{ subject: '' }, 'give a subject'],
    [{ subject: 'shop.>' }, '">"'],
    [{ subject: 'shop.a*' }, '"a*"'],
    [{ subject: 'shop.{identity.kind}' }, '"{identity.kind}"'],
    [{ subject: 'shop.x{identity.sub}' }, '"x{identity.sub}"'],
    [{ subject: 'shop.{args.nothing}' }, '"{args.nothing}"'],
    [{ subject: 'shop..x' }, '""'],
    [{ args: 'lines: [String!]' }, '"after: String"'],
    [{ filter: 'filter: ["payload.line ~ args.lines"]' }, 'has to read'],
    [{ filter: 'filter: ["payload.line = args.other"]' }, 'has to read'],
    [{ event: 'type OfferEvent { cursor: String! kind: String! offer: Offer }' }, 'has to implement SubscriptionEvent'],
    [{ event: 'type OfferEvent implements SubscriptionEvent { cursor: String! kind: String! }' }, 'and has 0'],
    [{ event: 'type OfferEvent implements SubscriptionEvent { a: Offer b: Offer }' }, 'and has 2'],
    [{ event: 'type OfferEvent implements SubscriptionEvent { offer: Offer! }' }, 'has to be nullable'],
  ])('that cannot be served is said with its field: %j', (parts, reason) => {
    expect(() => read(parts as Record<string, string>)).toThrow(`@eventSource of Live.offers: `);
    expect(() => read(parts as Record<string, string>)).toThrow(reason);
  });
});
