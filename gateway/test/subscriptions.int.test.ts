import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figure, running } from './fixtures/events/liveFigures.js';
import { openClient, type TestClient } from './fixtures/events/openClient.js';
import { type EventGraph, startEventGraph } from './fixtures/events/startEventGraph.js';
import { eventually } from './fixtures/eventually.js';
import type { TestGateway } from './fixtures/startTestGateway.js';

let graph: EventGraph;
let gateway: TestGateway;
const clients: TestClient[] = [];

beforeAll(async () => {
  graph = await startEventGraph();
  gateway = await graph.start();
});
afterAll(async () => {
  await Promise.all(clients.map(({ client }) => client.dispose()));
  await graph?.stop();
});

const connect = async (
  sub: string,
  more: { kind?: string; scope?: string } = {},
  to: () => TestGateway = () => gateway,
) => {
  const client = openClient(() => to().url, await graph.issuer.bearer({ sub, ...more }));
  clients.push(client);
  return client;
};

const OFFERS = 'subscription Offers($after: String) { offers(after: $after) { kind cursor offer { id price } } }';

describe('an event', () => {
  it('is completed from all the subgraphs, as a query is', async () => {
    const client = await connect('a1');
    const live = client.subscribe(
      `subscription Live($after: String, $times: Int!, $agent: Boolean!) {
        mine: offers(after: $after) { what: kind cursor __typename ...Rest offer { id twice: price(times: $times) } }
      }
      fragment Rest on OfferEvent { offer { id agent @include(if: $agent) { greeting } owner @skip(if: $agent) } }`,
      { times: 2, agent: true },
    );
    await running(1, gateway);
    await graph.publish('made', { id: 'o"1', owner: 'a1', price: 21 });
    const [{ data, extensions }] = await live.atLeast(1);
    expect(data).toEqual({
      mine: {
        what: 'MADE',
        cursor: expect.stringMatching(/^[\w-]{32}$/),
        __typename: 'OfferEvent',
        offer: { id: 'o"1', twice: 42, agent: { greeting: 'Hello "a1"' } },
      },
    });
    expect(extensions).toEqual({ cursor: data.mine.cursor });
    live.stop();
    await running(0, gateway);
  });

  it('is authorised by its owner even where the client does not select what it is about', async () => {
    const client = await connect('a2');
    const live = client.subscribe('subscription { offers { kind } }');
    await running(1, gateway);
    await graph.publish(
      'hidden',
      { id: 'o2', owner: 'a2', price: 1 },
      { entities: [{ __typename: 'Offer', key: 'none' }] },
    );
    await graph.publish('shown', { id: 'o2', owner: 'a2', price: 1 });
    expect(await live.atLeast(1)).toEqual([{ data: { offers: { kind: 'SHOWN' } }, extensions: expect.anything() }]);
    live.stop();
    await running(0, gateway);
  });

  it('has the kind that its message gives, and the fields of the message', async () => {
    const client = await connect('a3');
    const live = client.subscribe('subscription { offers { kind note occurredAt offer { id } } }');
    await running(1, gateway);
    const occurredAt = '2026-01-02T03:04:05.000Z';
    await graph.publish('changed', { id: 'o3', owner: 'a3', price: 1 }, { kind: 'TAKEN', note: 'a "b"\n', occurredAt });
    const [{ data }] = await live.atLeast(1);
    expect(data.offers).toEqual({ kind: 'TAKEN', note: 'a "b"\n', occurredAt, offer: { id: 'o3' } });
    live.stop();
    await running(0, gateway);
  });

  it('passes the filter by the arguments of the field', async () => {
    const client = await connect('a4');
    const live = client.subscribe('subscription($kinds: [String!]) { offers(kinds: $kinds) { kind } }', {
      kinds: ['shop.offer.b', 'shop.offer.c'],
    });
    await running(1, gateway);
    const offer = { id: 'o4', owner: 'a4', price: 1 };
    for (const kind of ['a', 'b', 'a', 'c']) await graph.publish(kind, offer);
    const results = await live.atLeast(2);
    expect(results.map(({ data }) => data.offers.kind)).toEqual(['B', 'C']);
    live.stop();
    await running(0, gateway);
  });
});

describe('sharing', () => {
  it('costs a thousand subscriptions of one identity one source and one execution an event', async () => {
    const owner = 'many';
    const own = await Promise.all(Array.from({ length: 10 }, () => connect(owner)));
    const lives = own.flatMap((client) => Array.from({ length: 100 }, () => client.subscribe(OFFERS)));
    await running(1_000, gateway);
    const before = { executions: await figure('subscription_executions_total', gateway), asked: graph.seen.length };
    for (const price of [1, 2, 3]) await graph.publish('priced', { id: 'o5', owner, price });
    for (const live of lives) {
      const results = await live.atLeast(3);
      expect(results.map(({ data }) => data.offers.kind)).toEqual(['PRICED', 'PRICED', 'PRICED']);
    }
    expect(await figure('subscription_sources', gateway)).toBe(1);
    expect(await figure('subscription_executions_total', gateway)).toBe(before.executions + 3);
    expect(graph.seen.slice(before.asked).map(({ sub }) => sub)).toEqual([owner, owner, owner]);
    for (const live of lives) live.stop();
    await running(0, gateway);
  });

  it('of what is public goes over identities, and its subgraph is not told of any', async () => {
    const PUBLIC = 'subscription { notices { kind board { text } } }';
    const own = await Promise.all(Array.from({ length: 10 }, (_, index) => connect(`p${index}`)));
    const lives = own.flatMap((client) => Array.from({ length: 100 }, () => client.subscribe(PUBLIC)));
    const other = (await connect('other', { scope: 'other' })).subscribe(PUBLIC);
    await running(1_001, gateway);
    const asked = graph.seen.length;
    const executions = await figure('subscription_executions_total', gateway);
    const board = { entities: [{ __typename: 'Board', key: '7' }], subject: 'board.changed.all' };
    await graph.publish('posted', { id: '7', owner: '*', price: 0 }, board);
    for (const live of [...lives, other])
      expect((await live.atLeast(1))[0].data).toEqual({ notices: { kind: 'POSTED', board: { text: 'board 7' } } });
    expect(await figure('subscription_sources', gateway)).toBe(2);
    expect(await figure('subscription_executions_total', gateway)).toBe(executions + 2);
    expect(graph.seen.slice(asked).map(({ sub }) => sub)).toEqual(['', '']);
    for (const live of [...lives, other]) live.stop();
    await running(0, gateway);
  });

  it("stops at the identity: nobody gets another one's events", async () => {
    const [mine, others] = await Promise.all([connect('s1'), connect('s2')]);
    const [first, second] = [mine.subscribe(OFFERS), others.subscribe(OFFERS)];
    await running(2, gateway);
    await graph.publish('one', { id: 'o6', owner: 's1', price: 1 });
    await graph.publish('two', { id: 'o7', owner: 's2', price: 2 });
    expect((await first.atLeast(1)).map(({ data }) => data.offers.kind)).toEqual(['ONE']);
    expect((await second.atLeast(1)).map(({ data }) => data.offers.kind)).toEqual(['TWO']);
    first.stop();
    second.stop();
    await running(0, gateway);
  });
});

describe("what is not one's own", () => {
  const BY_ID =
    'subscription($id: ID!, $after: String) { offerChanged(id: $id, after: $after) { kind cursor offer { id } } }';

  it.each(['*', '>', 'a.b', 'x.>', '', ' ', 'a*', 'ä'])(
    'is not got by an argument that is a pattern: %j',
    async (id) => {
      const live = (await connect('m1')).subscribe(BY_ID, { id });
      await eventually(() => expect(live.ended.with).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]));
    },
  );

  it.each(['*', 'a.b', '>'])('is not got by a token whose subject is a pattern: %j', async (sub) => {
    const live = (await connect(sub)).subscribe(OFFERS);
    await eventually(() => expect(live.ended.with).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]));
  });

  it("is not got by another one's cursor, a cursor of another subscription, or a forged one", async () => {
    const owner = await connect('c1');
    const live = owner.subscribe(OFFERS);
    await running(1, gateway);
    await graph.publish('made', { id: 'o8', owner: 'c1', price: 1 });
    const [{ extensions }] = await live.atLeast(1);
    live.stop();
    const refused = async (client: TestClient, query: string, variables: Record<string, unknown>) => {
      const other = client.subscribe(query, variables);
      await eventually(() => expect(other.ended.with).toMatchObject([{ extensions: { code: 'INVALID_CURSOR' } }]));
    };
    const cursor = String(extensions.cursor);
    await refused(await connect('c2'), OFFERS, { after: cursor });
    await refused(owner, BY_ID, { id: 'o8', after: cursor });
    await refused(owner, OFFERS, { after: `${cursor.slice(0, -2)}${cursor.endsWith('AA') ? 'BB' : 'AA'}` });
    await refused(owner, OFFERS, { after: '1' });
    await running(0, gateway);
  });

  it("is withheld from the moment that it is not one's own any more, its kind and time included, also in a replay", async () => {
    const client = await connect('r1');
    const live = client.subscribe(BY_ID, { id: 'o9' });
    await running(1, gateway);
    const subject = (kind: string) => ({ subject: `byId.${kind}.o9` });
    const offer = { id: 'o9', owner: 'r1', price: 1 };
    await graph.publish('first', offer, subject('first'));
    const [{ extensions }] = await live.atLeast(1);
    const withheld = await figure('subscription_events_withheld_total', gateway);
    await graph.publish('second', { ...offer, owner: 'somebody' }, subject('second'));
    await graph.publish('third', { ...offer, owner: 'FORBIDDEN' }, subject('third'));
    await eventually(async () =>
      expect(await figure('subscription_events_withheld_total', gateway)).toBe(withheld + 2),
    );
    const replay = client.subscribe(BY_ID, { id: 'o9', after: extensions.cursor });
    await eventually(async () =>
      expect(await figure('subscription_events_withheld_total', gateway)).toBe(withheld + 4),
    );
    await graph.publish('fourth', offer, subject('fourth'));
    // The entity is as of now: what was withheld once is shown in a replay once it is one's own again.
    expect((await live.atLeast(2)).map(({ data }) => data.offerChanged.kind)).toEqual(['FIRST', 'FOURTH']);
    expect((await replay.atLeast(1)).at(-1).data.offerChanged.kind).toBe('FOURTH');
    live.stop();
    replay.stop();
    await running(0, gateway);
  });

  it("and nobody's without a token", async () => {
    const client = openClient(() => gateway.url);
    clients.push(client);
    const live = client.subscribe(OFFERS);
    await eventually(() => expect(live.ended.with).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]));
  });
});

describe('a subgraph that is away', () => {
  it('holds its events up, and none is lost or out of order', async () => {
    const live = (await connect('w1')).subscribe(OFFERS);
    await running(1, gateway);
    const offer = { id: 'o10', owner: 'w1', price: 1 };
    await graph.publish('before', offer);
    await live.atLeast(1);
    await graph.down('offers');
    for (const kind of ['one', 'two', 'three']) await graph.publish(kind, offer);
    const retries = await figure('subscription_event_retries_total', gateway);
    await eventually(async () =>
      expect(await figure('subscription_event_retries_total', gateway)).toBeGreaterThan(retries),
    );
    expect(live.results).toHaveLength(1);
    await graph.up('offers');
    const results = await live.atLeast(4);
    expect(results.map(({ data, errors }) => errors ?? data.offers.kind)).toEqual(['BEFORE', 'ONE', 'TWO', 'THREE']);
    live.stop();
    await running(0, gateway);
  });

  it('or whose store is away: it could not say whether an event may be seen', async () => {
    const live = (await connect('w2')).subscribe(OFFERS);
    await running(1, gateway);
    graph.storeAway.now = true;
    const retries = await figure('subscription_event_retries_total', gateway);
    await graph.publish('one', { id: 'o11', owner: 'w2', price: 1 });
    await eventually(async () =>
      expect(await figure('subscription_event_retries_total', gateway)).toBeGreaterThan(retries),
    );
    graph.storeAway.now = false;
    expect((await live.atLeast(1)).map(({ data }) => data.offers.kind)).toEqual(['ONE']);
    live.stop();
    await running(0, gateway);
  });
});
