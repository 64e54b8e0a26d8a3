import { EventSource } from 'eventsource';
import { createClient } from 'graphql-sse';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RequestRefused } from '../src/errors/requestRefused.js';
import { SubscriptionEnded } from '../src/subscribe/subscription.js';
import { eventually } from './fixtures/eventually.js';
import {
  type LiveGateway,
  type LiveGatewayOptions,
  type LiveGraph,
  startLiveGateway,
  startLiveGraph,
} from './fixtures/startLiveGateway.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

let shop: Shop;
let graph: LiveGraph;
let issuer: TokenIssuer;
let gateway: LiveGateway;
const started: LiveGateway[] = [];
const sources: EventSource[] = [];
let requests: AbortController;

const TICKS = 'subscription ($after: String) { ticks(after: $after) { n text } }';
const stream = { accept: 'text/event-stream' };

beforeAll(async () => {
  shop = await startShop();
  graph = await startLiveGraph(shop);
  issuer = await startTokenIssuer();
});
beforeEach(async () => {
  shop.seen.length = 0;
  requests = new AbortController();
  gateway = await start();
});
afterEach(async () => {
  for (const source of sources.splice(0)) source.close();
  requests.abort();
  await Promise.all(started.splice(0).map((each) => each.stop()));
});
afterAll(async () => {
  await graph?.close();
  await shop?.close();
});

async function start(options: LiveGatewayOptions = {}): Promise<LiveGateway> {
  const one = await startLiveGateway(graph, { clientTokens: issuer.clientTokens, ...options });
  started.push(one);
  return one;
}

/** A request, and what has come of its answer. */
async function request(init: RequestInit, search: Record<string, string> = {}, to = gateway) {
  const url = `${to.url}${Object.keys(search).length > 0 ? `?${new URLSearchParams(search)}` : ''}`;
  const response = await fetch(url, { ...init, signal: requests.signal });
  const answer = { status: response.status, headers: response.headers, text: '', over: false };
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) answer.text += decoder.decode(chunk, { stream: true });
    answer.over = true;
  })();
  reading.catch(() => {});
  /** All that has come, without the comments that come while nothing happens. */
  const whole = async () => {
    await reading;
    return answer.text.replaceAll(/^:\n\n/gm, '');
  };
  return Object.assign(answer, { whole });
}

const post = (body: unknown, headers: Record<string, string> = {}, to = gateway) =>
  request(
    {
      method: 'POST',
      headers: { ...stream, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    },
    {},
    to,
  );
const get = (search: Record<string, string>, headers: Record<string, string> = {}, to = gateway) =>
  request({ headers: { ...stream, ...headers } }, search, to);
const codeOf = (text: string) => JSON.parse(text).errors[0].extensions.code;
const running = (count: number, at = gateway) => eventually(() => expect(at.feed.running).toBe(count));

describe('an event stream', () => {
  it('is not begun by HEAD', async () => {
    const answer = await request({ method: 'HEAD', headers: stream }, { query: TICKS });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
    await running(0);
  });

  it('has the payloads of a subscription as events with ids, and its end', async () => {
    const answer = await post({ query: TICKS });
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'no-cache, no-transform',
    ]);
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    for (const text of ['one', 'a "quoted" text\n', 'ünïcödé 🐟']) gateway.feed.publish(text);
    await eventually(() => expect(answer.text).toContain('id: ~3'));
    gateway.feed.end(undefined);
    const event = (n: number, text: string) =>
      `event: next\nid: ~${n}\ndata: ${JSON.stringify({ data: { ticks: { n, text } }, extensions: { cursor: `~${n}` } })}\n\n`;
    expect(await answer.whole()).toBe(
      `id: ~0\n\n${event(1, 'one')}${event(2, 'a "quoted" text\n')}${event(3, 'ünïcödé 🐟')}event: complete\ndata:\n\n`,
    );
    await running(0);
    expect(gateway.delivered).toHaveLength(3);
  });

  it('has the one result of a query or mutation', async () => {
    expect(await (await post({ query: '{ person(id: "p1") { name } }' })).whole()).toBe(
      'event: next\ndata: {"data":{"person":{"name":"Ada"}}}\n\nevent: complete\ndata:\n\n',
    );
    const mutation = await post({ query: 'mutation { rename(id: "p1", name: "Eve") { name } }' });
    expect(await mutation.whole()).toContain('"rename":{"name":"Eve"}');
  });

  it('has comments while nothing happens', async () => {
    const short = await start({ live: { heartbeatMs: 20 } });
    const answer = await post({ query: TICKS }, {}, short);
    await eventually(() => expect(answer.text).toContain(':\n\n:\n\n'));
  });

  it('is what a subscription gets from a client that takes both', async () => {
    const headers = { accept: 'application/json, text/event-stream' };
    const query = await post({ query: '{ person(id: "p1") { name } }' }, headers);
    expect(await query.whole()).toBe('{"data":{"person":{"name":"Ada"}}}');
    const answer = await post({ query: TICKS }, headers);
    gateway.feed.publish();
    await eventually(() => expect(answer.text).toContain('id: ~1'));
    for (const accept of ['application/json', '*/*']) {
      expect(codeOf(await (await post({ query: TICKS }, { accept })).whole())).toBe('OPERATION_NOT_SUPPORTED');
    }
  });

  it('begins after the cursor: of the header, else of the query string, else of the variable', async () => {
    for (let n = 1; n <= 4; n += 1) gateway.feed.publish();
    const variables = JSON.stringify({ after: '~1' });
    const first = async (answer: Promise<{ text: string }>) => {
      const { text } = await eventually(async () => {
        const read = await answer;
        expect(read.text).toContain('event: next');
        return read;
      });
      return /event: next\nid: (.*)/.exec(text)?.[1];
    };
    expect(await first(get({ query: TICKS, variables }))).toBe('~2');
    expect(await first(get({ query: TICKS, variables, lastEventId: '~2' }))).toBe('~3');
    const header = { 'last-event-id': '~3' };
    expect(await first(get({ query: TICKS, variables, lastEventId: '~2' }, header))).toBe('~4');
    expect(await first(post({ query: TICKS, variables: { after: '~1' } }, header))).toBe('~4');
  });

  it('ends the subscription when its client goes: one that runs, one that begins', async () => {
    await post({ query: TICKS });
    await running(1);
    const release = gateway.feed.hold();
    const beginning = post({ query: TICKS }).catch(() => {});
    await eventually(() => expect(gateway.feed.requests).toHaveLength(2));
    requests.abort();
    await running(0);
    await beginning;
    release();
    await eventually(() => expect(gateway.eventStreams.stats.connections).toBe(0));
  });

  it('is no fault of ours when its client goes while it begins', async () => {
    let log = '';
    const logger = pino({ level: 'error' }, { write: (line: string) => (log += line) });
    const talkative = await start({ log: logger as never });
    talkative.feed.hold();
    const ended = new Promise((resolve) => {
      talkative.server.on('request', (_request, response) => response.once('close', resolve));
    });
    const asking = post({ query: TICKS }, {}, talkative);
    asking.catch(() => {});
    await eventually(() => expect(talkative.feed.requests).toHaveLength(1));
    requests.abort();
    await ended;
    await talkative.stop();
    expect(log).toBe('');
  });

  it('is counted as a request only until it has begun', async () => {
    await post({ query: TICKS });
    await running(1);
    await eventually(() => expect(gateway.metrics.requestsInFlight.count).toBe(0));
  });
});

describe('what is refused', () => {
  const ofOperations: Record<string, [code: string, body: object]> = {
    'what is not GraphQL': ['GRAPHQL_PARSE_FAILED', { query: 'subscription {' }],
    'what does not fit the schema': ['GRAPHQL_VALIDATION_FAILED', { query: 'subscription { tocks { n } }' }],
    'variables that do not fit': ['BAD_USER_INPUT', { query: TICKS, variables: { after: {} } }],
    'the cursor of another': ['INVALID_CURSOR', { query: TICKS, variables: { after: 'eve~1' } }],
  };
  for (const [what, [code, body]] of Object.entries(ofOperations)) {
    it(`of operations is told in the stream: ${what}`, async () => {
      const answer = await post(body);
      const [, data = ''] = /^event: next\ndata: (.*)\n\nevent: complete\ndata:\n\n$/.exec(await answer.whole()) ?? [];
      expect([answer.status, codeOf(data)]).toEqual([200, code]);
    });
  }

  const ofRequests: Record<string, [status: number, code: string, () => ReturnType<typeof request>]> = {
    'what is not JSON': [
      400,
      'BAD_REQUEST',
      () => request({ method: 'POST', headers: { ...stream, 'content-type': 'application/json' }, body: '{"query":' }),
    ],
    'a list': [400, 'BATCHING_NOT_SUPPORTED', () => post([{ query: TICKS }])],
    'a token that is not valid': [
      401,
      'UNAUTHENTICATED',
      () => post({ query: TICKS }, { authorization: 'Bearer nonsense' }),
    ],
    'a mutation by GET': [
      405,
      'METHOD_NOT_ALLOWED',
      () => get({ query: 'mutation { rename(id: "p1", name: "Eve") { name } }' }),
    ],
    'a query by GET': [405, 'METHOD_NOT_ALLOWED', () => get({ query: '{ people { id } }' })],
    'a query by GET of a client that takes both, without a preflight': [
      400,
      'CSRF_PREVENTED',
      () => get({ query: '{ people { id } }' }, { accept: 'application/json, text/event-stream' }),
    ],
    'a body of more than 1 MB': [413, 'PAYLOAD_TOO_LARGE', () => post({ query: 'x'.repeat(1024 * 1024) })],
  };
  for (const [what, [status, code, send]] of Object.entries(ofRequests)) {
    it(`for another reason has its status: ${what}`, async () => {
      const answer = await send();
      expect([answer.status, codeOf(await answer.whole())]).toEqual([status, code]);
      expect(shop.seen).toEqual([]);
    });
  }

  it('for now tells when to come again: no events, too many subscriptions, too many streams', async () => {
    const small = await start({ live: { connections: 1 } });
    const refused = async (error: Error) => {
      small.feed.refuse(error);
      const answer = await post({ query: TICKS }, {}, small);
      return [answer.status, codeOf(await answer.whole()), answer.headers.get('retry-after')];
    };
    const unavailable = new RequestRefused('EVENTS_UNAVAILABLE', 'Nothing is published there yet.');
    expect(await refused(unavailable)).toEqual([503, 'EVENTS_UNAVAILABLE', '5']);
    const interrupted = new SubscriptionEnded('INTERRUPTED', 'The source is away.');
    expect(await refused(interrupted)).toEqual([503, 'EVENTS_UNAVAILABLE', '1']);
    expect(await refused(new SubscriptionEnded('GOING_AWAY', 'Bye.'))).toEqual([503, 'SHUTTING_DOWN', '1']);
    const many = new RequestRefused('TOO_MANY_SUBSCRIPTIONS', 'There are too many.');
    expect(await refused(many)).toEqual([429, 'TOO_MANY_SUBSCRIPTIONS', '5']);
    small.feed.refuse(undefined);
    await post({ query: TICKS }, {}, small);
    const answer = await post({ query: TICKS }, {}, small);
    expect([answer.status, codeOf(await answer.whole()), answer.headers.get('retry-after')]).toEqual([
      503,
      'TOO_MANY_CONNECTIONS',
      '1',
    ]);
  });
});

describe('a stream that ends', () => {
  for (const reason of ['SLOW_CONSUMER', 'INTERRUPTED', 'GOING_AWAY'] as const) {
    it(`by ${reason} is not completed, so that the client comes again`, async () => {
      const answer = await post({ query: TICKS });
      await running(1);
      gateway.feed.end(reason);
      expect(await answer.whole()).toBe('id: ~0\n\n');
    });
  }

  it('since its operation does not fit the new supergraph says so, for good', async () => {
    const answer = await post({ query: TICKS });
    await running(1);
    gateway.feed.end('SUBSCRIPTION_INVALID');
    expect(await answer.whole()).toBe(
      'id: ~0\n\nevent: next\ndata: {"errors":[{"message":"The field \\"ticks\\" is gone.","extensions":{"code":"SUBSCRIPTION_INVALID"}}]}\n\nevent: complete\ndata:\n\n',
    );
  });

  it('with its token is not completed', async () => {
    const expiresAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000);
    const answer = await post({ query: TICKS }, { authorization: await issuer.bearer({ expiresAt }) });
    expect(await answer.whole()).toBe('id: someone~0\n\n');
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
    await running(0);
  });

  it('with the process, before it has begun, is refused at once', async () => {
    gateway.feed.hold();
    const asking = post({ query: TICKS });
    await eventually(() => expect(gateway.feed.requests).toHaveLength(1));
    await gateway.stop();
    const answer = await asking;
    expect([answer.status, codeOf(await answer.whole())]).toEqual([503, 'SHUTTING_DOWN']);
  });

  it('with the process is not completed: one after the other, and new ones are refused', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => post({ query: TICKS })));
    await running(4);
    const drained = gateway.drain(3_600_000);
    await eventually(() => expect(answers.filter(({ over }) => over)).toHaveLength(1));
    expect(await answers.find(({ over }) => over)?.whole()).toBe('id: ~0\n\n');
    expect(gateway.eventStreams.stats.connections).toBe(3);
    // Those that go by themselves are not waited for.
    requests.abort();
    await drained;
    requests = new AbortController();
    await expect(post({ query: TICKS })).rejects.toThrow();
  });
});

describe('a client of graphql-sse', () => {
  const client = (to = gateway) => createClient({ url: to.url, retryAttempts: 0 });
  const follow = async (query: string, to = gateway) => {
    const results: unknown[] = [];
    for await (const result of client(to).iterate({ query })) results.push(result);
    return results;
  };

  it('gets subscriptions, queries and errors', async () => {
    const following = follow(TICKS);
    await running(1);
    gateway.feed.publish('one');
    await eventually(() => expect(gateway.delivered).toHaveLength(1));
    gateway.feed.end(undefined);
    expect(await following).toEqual([{ data: { ticks: { n: 1, text: 'one' } }, extensions: { cursor: '~1' } }]);
    expect(await follow('{ person(id: "p1") { name } }')).toEqual([{ data: { person: { name: 'Ada' } } }]);
    expect(await follow('{ wings }')).toMatchObject([
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    ]);
  });
});

describe('an EventSource', () => {
  function open(search: Record<string, string>, to = gateway) {
    const source = new EventSource(`${to.url}?${new URLSearchParams(search)}`);
    sources.push(source);
    const seen = { source, ids: [] as string[], data: [] as string[], completed: 0, failures: [] as unknown[] };
    source.addEventListener('next', ({ data, lastEventId }) => {
      seen.ids.push(lastEventId);
      seen.data.push(data);
    });
    source.addEventListener('complete', () => (seen.completed += 1));
    source.addEventListener('error', (event) => seen.failures.push(event.code));
    return seen;
  }
  async function ticket(identity?: Parameters<TokenIssuer['bearer']>[0], to = gateway) {
    const headers = { authorization: await issuer.bearer(identity) };
    const response = await fetch(`${to.url}/ticket`, { method: 'POST', headers });
    return (await response.json()) as { ticket: string; expiresInSeconds: number };
  }

  it('goes on behind the last event when it comes again by itself', async () => {
    const seen = open({ query: TICKS });
    await running(1);
    gateway.feed.publish('one');
    await eventually(() => expect(seen.ids).toEqual(['~1']));
    gateway.feed.end('INTERRUPTED');
    await running(0);
    gateway.feed.publish('two');
    await eventually(() => expect(seen.ids).toEqual(['~1', '~2']));
    expect(seen.completed).toBe(0);
  });

  it('goes on where it began when there was no event yet', async () => {
    const seen = open({ query: TICKS });
    await running(1);
    gateway.feed.end('INTERRUPTED');
    await running(0);
    gateway.feed.publish('missed');
    await eventually(() => expect(seen.ids).toEqual(['~1']));
  });

  it('is told of the end', async () => {
    const seen = open({ query: TICKS });
    await running(1);
    gateway.feed.end(undefined);
    await eventually(() => expect(seen.completed).toBe(1));
  });

  it('gets in once by a ticket, as who the ticket was made for', async () => {
    const made = await ticket({ sub: 'ada', kind: 'VISITOR', scope: 'a b' });
    expect(made.expiresInSeconds).toBeGreaterThanOrEqual(59);
    expect(made.expiresInSeconds).toBeLessThanOrEqual(60);
    const first = open({ query: TICKS, ticket: made.ticket });
    await running(1);
    expect(gateway.feed.requests[0]?.context.identity).toEqual({ kind: 'VISITOR', sub: 'ada', scopes: ['a', 'b'] });
    const second = open({ query: TICKS, ticket: made.ticket });
    await eventually(() => expect(second.failures).toEqual([401]));
    expect(second.source.readyState).toBe(EventSource.CLOSED);
    gateway.feed.publish();
    await eventually(() => expect(first.ids).toEqual(['ada~1']));
    // It comes again by itself with the used ticket, and stops.
    gateway.feed.end('INTERRUPTED');
    await eventually(() => expect(first.failures.at(-1)).toBe(401));
    gateway.feed.publish();
    const third = open({ query: TICKS, ticket: (await ticket({ sub: 'ada' })).ticket, lastEventId: 'ada~1' });
    await eventually(() => expect(third.ids).toEqual(['ada~2']));
  });

  it('is out when the token ends that the ticket was made for', async () => {
    const expiresAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000);
    const made = await ticket({ expiresAt });
    expect(made.expiresInSeconds).toBeLessThanOrEqual(3);
    const seen = open({ query: TICKS, ticket: made.ticket });
    await running(1);
    await running(0);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
    await eventually(() => expect(seen.failures.at(-1)).toBe(401));
  });

  it('does not get in by a ticket that was forged or changed', async () => {
    const { ticket: good } = await ticket();
    const [text = '', signature] = good.split('.');
    const content = JSON.parse(Buffer.from(text, 'base64url').toString());
    const other = { ...content, identity: { ...content.identity, sub: 'root' } };
    const changed = `${Buffer.from(JSON.stringify(other)).toString('base64url')}.${signature}`;
    for (const bad of ['', 'x', `${text}.`, `${text}.AAAA`, changed, `${good}.x`, 'x'.repeat(9_000)]) {
      const answer = await get({ query: TICKS, ticket: bad });
      expect([answer.status, codeOf(await answer.whole())]).toEqual([401, 'UNAUTHENTICATED']);
    }
    expect(gateway.feed.requests).toEqual([]);
  });

  it('gets no ticket without a token, and nothing else by one', async () => {
    const refused = await fetch(`${gateway.url}/ticket`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect([refused.status, codeOf(await refused.text())]).toEqual([401, 'UNAUTHENTICATED']);
    const { ticket: good } = await ticket({ sub: 'ada' });
    const headers = { accept: 'application/json', 'graphql-require-preflight': 'true' };
    await (await get({ query: '{ asked }', ticket: good }, headers)).whole();
    const both = await request(
      {
        method: 'POST',
        headers: { ...stream, 'content-type': 'application/json' },
        body: JSON.stringify({ query: TICKS }),
      },
      { ticket: good },
    );
    expect(both.status).toBe(200);
    expect(gateway.feed.requests.map(({ context }) => context.identity.sub)).toEqual(['']);
    // Neither has used it up.
    open({ query: TICKS, ticket: good });
    await eventually(() => expect(gateway.feed.requests).toHaveLength(2));
  });

  it('leaves no ticket in the log', async () => {
    let log = '';
    const logger = pino({ level: 'trace' }, { write: (line: string) => (log += line) });
    const talkative = await start({ log: logger as never });
    const made = await ticket({}, talkative);
    const search = { query: TICKS, ticket: made.ticket };
    open(search, talkative);
    await running(1, talkative);
    const again = await get(search, {}, talkative);
    expect(again.status).toBe(401);
    talkative.feed.end('INTERRUPTED');
    await running(0, talkative);
    await eventually(() => expect(log).toContain('request'));
    expect(log).not.toContain(made.ticket);
    expect(log).not.toContain(made.ticket.split('.')[0]);
  });
});
