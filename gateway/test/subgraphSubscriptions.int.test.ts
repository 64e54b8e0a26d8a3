import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type {
  SubgraphSubscriptionLimits,
  SubgraphSubscriptionRequest,
  SubscriptionResume,
} from '../src/eventSource/subgraphSubscriptions/subgraphSubscription.js';
import { createSubgraphSubscriptions } from '../src/eventSource/subgraphSubscriptions/subgraphSubscriptions.js';
import type { Identity } from '../src/identity/identity.js';
import { eventually } from './fixtures/eventually.js';
import { createCertificate } from './fixtures/subgraphSubscriptions/createCertificate.js';
import { forkLiveSubgraph } from './fixtures/subgraphSubscriptions/forkLiveSubgraph.js';
import { recordFollower } from './fixtures/subgraphSubscriptions/recordFollower.js';
import { type LiveSubgraphOptions, serveLiveSubgraph } from './fixtures/subgraphSubscriptions/serveLiveSubgraph.js';

const anna: Identity = { kind: 'PERSON', sub: 'anna', scopes: [] };
const bert: Identity = { kind: 'PERSON', sub: 'bert', scopes: [] };

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(options?: LiveSubgraphOptions) {
  const subgraph = await serveLiveSubgraph(options);
  cleanups.push(() => subgraph.close());
  return subgraph;
}

/** A gateway's end, with tokens that can be told from one another. */
function connect(limits: Partial<SubgraphSubscriptionLimits> = {}, options: { ca?: string } = {}) {
  let minted = 0;
  const subscriptions = createSubgraphSubscriptions({
    mintToken: async ({ sub }, subgraph) => `${subgraph}-${sub}-${++minted}`,
    log: pino({ level: 'silent' }),
    limits: { retryBaseMs: 5, retryMostMs: 50, ...limits },
    ...options,
  });
  cleanups.push(() => subscriptions.close());
  return subscriptions;
}

function ask(url: string, field: string, more: Partial<SubgraphSubscriptionRequest> = {}): SubgraphSubscriptionRequest {
  const query = `subscription { ${field} }`;
  const plain = { operationName: undefined, variables: {}, identity: anna, headers: '', resume: undefined };
  return { subgraph: 'live', url, query, ...plain, ...more };
}

/** The subscription with a cursor. */
function askTicks(url: string, after?: string): SubgraphSubscriptionRequest {
  const resume: SubscriptionResume = {
    after,
    cursorOf: ({ ticks }) => (ticks as { cursor: string }).cursor,
    variablesAfter: (cursor) => ({ after: cursor }),
  };
  const query = 'subscription Ticks($after: String) { ticks(after: $after) { n cursor } }';
  return ask(url, '', { query, operationName: 'Ticks', variables: { after: after ?? null }, resume });
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('connections', () => {
  it('are shared by the subscriptions of one identity', async () => {
    const subgraph = await serve();
    const subscriptions = connect();
    const followers = range(0, 50).map((index) => {
      const follower = recordFollower();
      subscriptions.subscribe(index % 2 ? ask(subgraph.url, 'beats { n }') : askTicks(subgraph.url), follower);
      return follower;
    });
    await eventually(() => expect(subgraph.seen.active).toBe(50));
    for (const number of range(0, 20)) subgraph.publish(number);
    await eventually(() => {
      for (const { told } of followers) expect(told).toEqual(range(0, 20));
    });
    expect(subgraph.seen.upgrades).toHaveLength(1);
    expect(subscriptions.stats).toMatchObject({ connections: 1, subscriptions: 50, connected: 1, events: 1_000 });
  });

  it('are apart for other identities and for other forwarded headers, and carry both', async () => {
    const subgraph = await serve();
    const subscriptions = connect();
    const callers = [
      { identity: anna, headers: 'x-shop: one\r\n' },
      { identity: bert, headers: 'x-shop: one\r\n' },
      { identity: bert, headers: 'x-shop: two\r\n' },
    ];
    for (const caller of [...callers, ...callers]) {
      subscriptions.subscribe(ask(subgraph.url, 'beats { n }', caller), recordFollower());
    }
    await eventually(() => expect(subgraph.seen.active).toBe(6));
    const sent = subgraph.seen.inits.map((init) => `${init?.authorization} ${init?.['x-shop']}`);
    expect(sent.sort()).toEqual(['Bearer live-anna-1 one', 'Bearer live-bert-2 one', 'Bearer live-bert-3 two']);
    const upgraded = subgraph.seen.upgrades.map((headers) => `${headers.authorization} ${headers['x-shop']}`);
    expect(upgraded.sort()).toEqual(sent);
  });

  it('are closed some time after their last subscription, not between two', async () => {
    const subgraph = await serve();
    const subscriptions = connect({ idleMs: 50 });
    const first = subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), recordFollower());
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    first.stop();
    const second = subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), recordFollower());
    await eventually(() => expect(subgraph.seen.asked).toHaveLength(2));
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    expect(subgraph.seen.upgrades).toHaveLength(1);
    second.stop();
    await eventually(() => expect(subgraph.sockets).toBe(0));
    expect(subscriptions.stats).toMatchObject({ connections: 0, subscriptions: 0, disconnected: 0 });
  });

  it('are limited; an idle one makes room for another', async () => {
    const subgraph = await serve();
    const subscriptions = connect({ connectionsPerSubgraph: 1 });
    const annas = subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), recordFollower());
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    const refused = recordFollower();
    subscriptions.subscribe(ask(subgraph.url, 'beats { n }', { identity: bert }), refused);
    await eventually(() =>
      expect(refused.told).toMatchObject([{ failed: [[expect.anything(), { code: 'SUBGRAPH_OVERLOADED' }]] }]),
    );
    annas.stop();
    const taken = recordFollower();
    subscriptions.subscribe(ask(subgraph.url, 'beats { n }', { identity: bert }), taken);
    await eventually(() => expect(subgraph.seen.asked).toHaveLength(2));
    subgraph.publish(1);
    await eventually(() => expect(taken.told).toEqual([1]));
    expect(subscriptions.stats).toMatchObject({ connections: 1, subscriptions: 1, failed: 1 });
  });

  it('close() ends them all, and what is asked for later', async () => {
    const subgraph = await serve();
    const subscriptions = connect();
    const [running, connecting, late] = [recordFollower(), recordFollower(), recordFollower()];
    subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), running);
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    subscriptions.subscribe(ask(subgraph.url, 'beats { n }', { identity: bert }), connecting);
    await subscriptions.close();
    subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), late);
    await eventually(() => {
      for (const { told } of [running, connecting, late]) expect(told).toEqual(['gone']);
    });
    await eventually(() => expect(subgraph.sockets).toBe(0));
    expect(subscriptions.stats).toMatchObject({ connections: 0, subscriptions: 0 });
  });
});

describe('a subgraph that goes away', () => {
  it('by SIGKILL, again and again: nothing is lost or told twice with a cursor, and gaps are told without', async () => {
    const subgraph = await forkLiveSubgraph();
    cleanups.push(() => subgraph.kill());
    const subscriptions = connect();
    const [ticks, beats] = [recordFollower(), recordFollower()];
    subscriptions.subscribe(askTicks(subgraph.url), ticks);
    subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), beats);
    // Neither begins before the subgraph has been asked, which only its events show.
    let next = 0;
    const publish = (count: number) => {
      for (const end = next + count; next < end; next += 1) subgraph.publish(next);
    };
    const bothAreLive = () =>
      eventually(() => {
        publish(1);
        for (const { told } of [ticks, beats]) expect(told.at(-1)).toBeGreaterThan(next - 10);
      });
    await bothAreLive();
    for (const round of range(0, 3)) {
      publish(50);
      await eventually(() => expect(ticks.told.at(-1)).toBeGreaterThan(next - 40));
      publish(50);
      await subgraph.kill();
      publish(50);
      await eventually(() => expect(subscriptions.stats.disconnected).toBe(round + 1));
      await subgraph.restart();
      publish(50);
      await bothAreLive();
    }
    await eventually(() => expect(ticks.told.at(-1)).toBe(next - 1));
    expect(ticks.told).toEqual(range(ticks.told[0] as number, next));
    // Each gap is where numbers are missing, and nowhere else are any.
    expect(beats.told.filter((each) => each === 'gap')).toHaveLength(3);
    expect(beats.numbers()).toEqual([...new Set(beats.numbers())].sort((a, b) => a - b));
    beats.told.forEach((each, index) => {
      const before = beats.told[index - 1];
      if (typeof each === 'number' && typeof before === 'number') expect(each).toBe(before + 1);
    });
    expect(subscriptions.stats).toMatchObject({ gaps: 3, resumed: 6, gone: 0, failed: 0, subscriptions: 2 });
  });

  it('before the first event: what the request begins after is where it goes on', async () => {
    const subgraph = await serve();
    subgraph.publish(1);
    const subscriptions = connect();
    const [known, unknown] = [recordFollower(), recordFollower()];
    subscriptions.subscribe(askTicks(subgraph.url, 'c1'), known);
    subscriptions.subscribe(askTicks(subgraph.url), unknown);
    await eventually(() => expect(subgraph.seen.active).toBe(2));
    subgraph.disconnect();
    subgraph.publish(2);
    await eventually(() => expect(subgraph.seen.asked).toHaveLength(4));
    await eventually(() => expect(subgraph.seen.active).toBe(2));
    subgraph.publish(3);
    await eventually(() => expect(known.told).toEqual([2, 3]));
    await eventually(() => expect(unknown.told.at(-1)).toBe(3));
    expect(unknown.told[0]).toBe('gap');
  });

  it('while events wait for their follower: they are told once', async () => {
    const subgraph = await serve();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const subscriptions = connect();
    const follower = recordFollower(() => held);
    subscriptions.subscribe(askTicks(subgraph.url), follower);
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    for (const number of range(0, 5)) subgraph.publish(number);
    await eventually(() => expect(subscriptions.stats.events).toBe(5));
    subgraph.disconnect();
    for (const number of range(5, 8)) subgraph.publish(number);
    await eventually(() => expect(subscriptions.stats.events).toBe(8));
    expect(follower.told).toEqual([0]);
    release();
    await eventually(() => expect(follower.told).toEqual(range(0, 8)));
    expect(subgraph.seen.asked.at(-1)?.variables).toEqual({ after: 'c4' });
  });

  it('is waited for when it is not there yet, without a gap', async () => {
    const { port, close } = await serveLiveSubgraph();
    await close();
    const subscriptions = connect();
    const follower = recordFollower();
    subscriptions.subscribe(ask(`http://127.0.0.1:${port}/graphql`, 'beats { n }'), follower);
    await eventually(() => expect(subscriptions.stats.failedTries).toBeGreaterThan(2));
    const subgraph = await serve({ port });
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    subgraph.publish(7);
    await eventually(() => expect(follower.told).toEqual([7]));
  });

  it('for longer than the limit is gone, after what came before it has been delivered', async () => {
    const subgraph = await serve();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const subscriptions = connect({ awayMs: 1_000, idleMs: 1 });
    const [quick, slow] = [recordFollower(), recordFollower(() => held)];
    for (const follower of [quick, slow]) subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), follower);
    await eventually(() => expect(subgraph.seen.active).toBe(2));
    for (const number of range(0, 3)) subgraph.publish(number);
    await eventually(() => expect(subscriptions.stats.events).toBe(6));
    await subgraph.close();
    cleanups.splice(0, 1);
    await eventually(() => expect(quick.told).toEqual([0, 1, 2, 'gone']));
    expect(slow.told).toEqual([0]);
    release();
    await eventually(() => expect(slow.told).toEqual([0, 1, 2, 'gone']));
    await eventually(() => expect(subscriptions.stats).toMatchObject({ connections: 0, subscriptions: 0, gone: 2 }));
  });

  it('as soon as it is asked, each time, is gone too', async () => {
    const subgraph = await serve();
    const follower = recordFollower();
    const subscriptions = connect({ awayMs: 1_000 });
    const eager = setInterval(() => subgraph.seen.active > 0 && subgraph.disconnect(), 1);
    cleanups.push(() => clearInterval(eager));
    subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), follower);
    await eventually(() => expect(follower.told.at(-1)).toBe('gone'));
    expect(follower.told.filter((each) => each === 'gap').length).toBeLessThanOrEqual(1);
    expect(subgraph.seen.upgrades.length).toBeGreaterThan(1);
  });

  it('because a token has expired: another is minted, and the follower notices nothing', async () => {
    const subgraph = await serve();
    const subscriptions = connect();
    const follower = recordFollower();
    subscriptions.subscribe(askTicks(subgraph.url), follower);
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    for (const round of range(0, 5)) {
      subgraph.publish(round);
      await eventually(() => expect(follower.told).toEqual(range(0, round + 1)));
      subgraph.disconnect(4403);
      await eventually(() => expect(subgraph.seen.asked).toHaveLength(round + 2));
      await eventually(() => expect(subgraph.seen.active).toBe(1));
    }
    expect(subgraph.seen.inits.map((init) => init?.authorization)).toEqual(
      range(1, 7).map((count) => `Bearer live-anna-${count}`),
    );
    expect(subgraph.seen.asked.map(({ variables }) => variables)).toEqual([
      { after: null },
      ...range(0, 5).map((round) => ({ after: `c${round}` })),
    ]);
  });

  it.each([1000, 1001, 1011, 1012, 4500])('with the close code %i is asked again', async (code) => {
    const subgraph = await serve();
    const subscriptions = connect();
    const follower = recordFollower();
    subscriptions.subscribe(askTicks(subgraph.url), follower);
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    subgraph.publish(1);
    await eventually(() => expect(follower.told).toEqual([1]));
    subgraph.disconnect(code);
    subgraph.publish(2);
    await eventually(() => expect(follower.told).toEqual([1, 2]));
    expect(subgraph.seen.upgrades).toHaveLength(2);
  });
});

describe('a subgraph that refuses', () => {
  it('connections is believed the third time', async () => {
    const subgraph = await serve({ accepts: () => false });
    const followers = [recordFollower(), recordFollower()];
    const subscriptions = connect();
    for (const follower of followers) subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), follower);
    await eventually(() => {
      for (const { told } of followers) {
        expect(told).toMatchObject([{ failed: [[expect.anything(), { code: 'SUBGRAPH_REFUSED' }]] }]);
      }
    });
    expect(subgraph.seen.inits).toHaveLength(3);
    expect(new Set(subgraph.seen.inits.map((init) => init?.authorization)).size).toBe(3);
    expect(subscriptions.stats).toMatchObject({ connections: 0, subscriptions: 0, failed: 2 });
  });

  it('upgrades with 401 or 403 is believed the third time', async () => {
    let upgrades = 0;
    const server = createServer().on('upgrade', (_request, socket) => {
      upgrades += 1;
      socket.end(`HTTP/1.1 ${upgrades % 2 ? 401 : 403} No\r\ncontent-length: 0\r\n\r\n`);
    });
    const url = await listen(server);
    const follower = recordFollower();
    connect().subscribe(ask(url, 'beats { n }'), follower);
    await eventually(() =>
      expect(follower.told).toMatchObject([{ failed: [[expect.anything(), { code: 'SUBGRAPH_REFUSED' }]] }]),
    );
    expect(upgrades).toBe(3);
  });

  it.each([4400, 4406])('with the close code %i is not asked again', async (code) => {
    const subgraph = await serve();
    const follower = recordFollower();
    connect().subscribe(ask(subgraph.url, 'beats { n }'), follower);
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    subgraph.disconnect(code);
    await eventually(() =>
      expect(follower.told).toMatchObject([{ failed: [[expect.anything(), { code: 'SUBGRAPH_INVALID_RESPONSE' }]] }]),
    );
    expect(subgraph.seen.upgrades).toHaveLength(1);
  });

  it('one subscription, by its schema or by its resolver, says why; others on the connection go on', async () => {
    const subgraph = await serve();
    const subscriptions = connect();
    const [unknown, forbidden, good] = [recordFollower(), recordFollower(), recordFollower()];
    subscriptions.subscribe(ask(subgraph.url, 'nothing { n }'), unknown);
    subscriptions.subscribe(ask(subgraph.url, 'forbidden { n }'), forbidden);
    subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), good);
    await eventually(() =>
      expect(unknown.told).toEqual([{ failed: [[expect.stringContaining('Cannot query field "nothing"'), {}]] }]),
    );
    await eventually(() => expect(forbidden.told).toEqual([{ failed: [['Not for you.', { code: 'FORBIDDEN' }]] }]));
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    subgraph.publish(1);
    await eventually(() => expect(good.told).toEqual([1]));
    expect(subgraph.seen.upgrades).toHaveLength(1);
    expect(subscriptions.stats).toMatchObject({ subscriptions: 1, failed: 2 });
  });
});

describe('events', () => {
  it('with errors are told with them, without what is internal', async () => {
    const subgraph = await serve();
    const follower = recordFollower();
    connect().subscribe(ask(subgraph.url, 'moody { n }'), follower);
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    for (const number of range(1, 3)) subgraph.publish(number);
    await eventually(() =>
      expect(follower.responses).toEqual([
        {
          data: { moody: null },
          errors: [{ message: 'Odd.', path: ['moody'], extensions: { code: 'ODD' } }],
          changed: [],
        },
        { data: { moody: { n: 2 } }, changed: [] },
      ]),
    );
  });

  it('wait for their follower one after another, and the end comes last', async () => {
    const subgraph = await serve();
    const turns: (() => void)[] = [];
    const follower = recordFollower(() => new Promise<void>((resolve) => turns.push(resolve)));
    const subscriptions = connect();
    subscriptions.subscribe(ask(subgraph.url, 'brief(until: 3) { n }'), follower);
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    for (const number of range(1, 6)) subgraph.publish(number);
    await eventually(() => expect(subscriptions.stats).toMatchObject({ events: 3, subscriptions: 0 }));
    for (const number of range(1, 4)) {
      await eventually(() => expect(turns).toHaveLength(number));
      expect(follower.told).toEqual(range(1, number + 1));
      turns[number - 1]?.();
    }
    await eventually(() => expect(follower.told).toEqual([1, 2, 3, 'complete']));
    expect(subgraph.seen.active).toBe(0);
  });

  it.each([
    ['many', { waitingEvents: 5 }, 1],
    ['large', { waitingBytes: 5_000 }, 1_000],
  ])('that are too %s for their follower end the subscription, also at the subgraph', async (_what, limits, length) => {
    const subgraph = await serve();
    const subscriptions = connect(limits);
    const [slow, quick] = [recordFollower(() => new Promise(() => {})), recordFollower()];
    for (const follower of [slow, quick]) {
      subscriptions.subscribe(ask(subgraph.url, `beats { n text(length: ${length}) }`), follower);
    }
    await eventually(() => expect(subgraph.seen.active).toBe(2));
    for (const number of range(0, 10)) subgraph.publish(number);
    await eventually(() => expect(slow.told).toEqual([0, 'slow']));
    await eventually(() => expect(quick.told).toEqual(range(0, 10)));
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    expect(subscriptions.stats).toMatchObject({ slow: 1, subscriptions: 1 });
  });

  it('do not come any more after stop(), which the subgraph is told', async () => {
    const subgraph = await serve();
    const subscriptions = connect();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const [follower, other] = [recordFollower(() => held), recordFollower()];
    const running = subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), follower);
    subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), other);
    await eventually(() => expect(subgraph.seen.active).toBe(2));
    for (const number of range(0, 3)) subgraph.publish(number);
    await eventually(() => expect(subscriptions.stats.events).toBe(6));
    running.stop();
    running.stop();
    release();
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    subgraph.publish(3);
    await eventually(() => expect(other.told).toEqual(range(0, 4)));
    expect(follower.told).toEqual([0]);
    expect(subscriptions.stats).toMatchObject({ subscriptions: 1, connections: 1 });
  });

  it('whose follower throws end its subscription only', async () => {
    const subgraph = await serve();
    const subscriptions = connect();
    const broken = recordFollower(() => {
      throw new Error('broken');
    });
    const good = recordFollower();
    for (const follower of [broken, good]) subscriptions.subscribe(ask(subgraph.url, 'beats { n }'), follower);
    await eventually(() => expect(subgraph.seen.active).toBe(2));
    for (const number of range(0, 3)) subgraph.publish(number);
    await eventually(() => expect(good.told).toEqual([0, 1, 2]));
    expect(broken.told).toEqual([0, 'gone']);
    await eventually(() => expect(subgraph.seen.active).toBe(1));
  });
});

describe('sockets', () => {
  it('whose peer does not answer any more are noticed by their pings', async () => {
    const sockets = await speak((message, socket) => {
      if (message.type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (message.type === 'subscribe' && sockets.count === 2) {
        socket.send(JSON.stringify({ type: 'next', id: message.id, payload: { data: { beats: { n: 1 } } } }));
      }
      if (message.type === 'ping' && sockets.count === 2) socket.send('{"type":"pong"}');
    });
    const follower = recordFollower();
    const subscriptions = connect({ keepAliveMs: 20, pongTimeoutMs: 500 });
    subscriptions.subscribe(ask(sockets.url, 'beats { n }'), follower);
    await eventually(() => expect(follower.told).toEqual(['gap', 1]));
    expect(subscriptions.stats).toMatchObject({ connected: 2, disconnected: 1, gaps: 1 });
  });

  it('that are not acknowledged, or speak something else, or say too much are given up', async () => {
    const follow = (url: string) => {
      const follower = recordFollower();
      connect({ connectTimeoutMs: 20, awayMs: 1_000, messageBytes: 1_000 }).subscribe(
        ask(url, 'beats { n }'),
        follower,
      );
      return follower;
    };
    const silent = await speak(() => {});
    const foreign = await speak((_message, socket) => socket.send('hello'));
    const loud = await speak((message, socket) => {
      if (message.type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (message.type !== 'subscribe') return;
      socket.send(JSON.stringify({ type: 'next', id: message.id, payload: { data: { beats: 'x'.repeat(2_000) } } }));
    });
    const [first, second, third] = [silent.url, foreign.url, loud.url].map(follow);
    await eventually(() => expect([first?.told, second?.told]).toEqual([['gone'], ['gone']]));
    await eventually(() => expect(third?.told).toEqual(['gap', 'gone']));
    for (const { count } of [silent, foreign, loud]) expect(count).toBeGreaterThan(1);
  });

  it('that bring something else than a GraphQL response end the subscription', async () => {
    const sockets = await speak((message, socket) => {
      if (message.type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (message.type === 'subscribe')
        socket.send(JSON.stringify({ type: 'next', id: message.id, payload: { data: 5 } }));
    });
    const follower = recordFollower();
    connect().subscribe(ask(sockets.url, 'beats { n }'), follower);
    await eventually(() =>
      expect(follower.told).toMatchObject([{ failed: [[expect.anything(), { code: 'SUBGRAPH_INVALID_RESPONSE' }]] }]),
    );
  });

  it('lead to subgraphs with TLS, whose certificates are checked', async () => {
    const tls = createCertificate();
    const subgraph = await serve({ tls });
    const [trusting, doubting] = [recordFollower(), recordFollower()];
    connect({}, { ca: tls.cert }).subscribe(ask(subgraph.url, 'beats { n }'), trusting);
    connect({ awayMs: 50 }).subscribe(ask(subgraph.url, 'beats { n }'), doubting);
    await eventually(() => expect(subgraph.seen.active).toBe(1));
    subgraph.publish(1);
    await eventually(() => expect([trusting.told, doubting.told]).toEqual([[1], ['gone']]));
  });

  it('that cannot even be made are tried until the limit', async () => {
    const follower = recordFollower();
    connect({ awayMs: 20 }).subscribe(ask('nonsense', 'beats { n }'), follower);
    await eventually(() => expect(follower.told).toEqual(['gone']));
  });
});

/** A server of our own wording; counts its connections. */
async function speak(answer: (message: { type: string; id?: string }, socket: WebSocket) => void) {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  const facts = { url: await listen(server), count: 0 };
  cleanups.push(() => {
    for (const socket of sockets.clients) socket.terminate();
  });
  sockets.on('connection', (socket) => {
    facts.count += 1;
    socket.on('message', (data) => answer(JSON.parse(String(data)), socket));
  });
  return facts;
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}
