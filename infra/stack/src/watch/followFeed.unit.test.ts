import type { AddressInfo } from 'node:net';
import { buildSchema, GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { FeedEnded, type FeedResult, followFeed } from './followFeed.ts';

const schema = buildSchema(`
  type Query { hello: String }
  type Subscription { feed(after: String): Event }
  type Event { kind: String! }
`);

interface Seen {
  readonly after: unknown;
  readonly authorization: unknown;
}

/** A gateway with events 1, 2, 3 …, whose cursors are their numbers. `script` says what it does with each subscription, the first one first. */
async function startGateway(
  script: ((seen: Seen) => AsyncIterable<unknown>)[],
  { port = 0, refusal }: { port?: number; refusal?: GraphQLError } = {},
) {
  const seen: Seen[] = [];
  const sockets = new WebSocketServer({ host: '127.0.0.1', port, path: '/graphql' });
  const server = useServer(
    {
      schema,
      onSubscribe: () => (refusal ? [refusal] : undefined),
      subscribe: ({ variableValues, contextValue }) => {
        const each = { after: variableValues?.after, ...(contextValue as { authorization: unknown }) };
        seen.push(each);
        const answer = script[Math.min(seen.length, script.length) - 1];
        if (!answer) throw new Error('nothing to answer');
        return answer(each) as never;
      },
      context: ({ connectionParams }) => ({ authorization: connectionParams?.authorization }),
    },
    sockets,
  );
  await new Promise((resolve) => sockets.once('listening', resolve));
  const { port: taken } = sockets.address() as AddressInfo;
  return {
    seen,
    port: taken,
    url: `ws://127.0.0.1:${taken}/graphql`,
    closeSockets(code: number, reason: string) {
      for (const each of sockets.clients) each.close(code, reason);
    },
    async stop() {
      await server.dispose();
      sockets.close();
    },
  };
}

const event = (number: number): FeedResult => ({
  data: { feed: { kind: `E${number}` } },
  extensions: { cursor: `${number}` },
});

async function* events(from: number, to: number, then?: () => Promise<void>) {
  for (let number = from; number <= to; number += 1) yield event(number);
  await then?.();
}

const forEver = () => new Promise<void>(() => {});

let gateway: Awaited<ReturnType<typeof startGateway>> | undefined;
const stop = new AbortController();
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

function follow(url: string, options: Partial<Parameters<typeof followFeed>[0]> = {}) {
  const results: FeedResult[] = [];
  const notes: string[] = [];
  const end = new AbortController();
  const ended = followFeed({
    url,
    token: () => 'secret',
    payload: { query: 'subscription ($after: String) { feed(after: $after) { kind } }', variables: { after: '' } },
    onResult: (result) => results.push(result),
    note: (line) => notes.push(line),
    signal: AbortSignal.any([end.signal, stop.signal]),
    firstPauseMs: 20,
    longestPauseMs: 50,
    ...options,
  });
  ended.catch(() => {});
  const kinds = () => results.map(({ data }) => (data?.feed as { kind: string } | undefined)?.kind);
  return { kinds, notes, ended, end: () => end.abort() };
}

describe('following a feed', () => {
  it('goes on behind the last event when the connection was lost, with a fresh token, and says so', async () => {
    gateway = await startGateway([() => events(1, 2, forEver), () => events(3, 4, forEver)]);
    let tokens = 0;
    const { kinds, notes, end, ended } = follow(gateway.url, {
      token: async () => {
        tokens += 1;
        return `token ${tokens}`;
      },
    });
    await vi.waitFor(() => expect(kinds()).toEqual(['E1', 'E2']));
    gateway.closeSockets(1012, 'going away');
    await vi.waitFor(() => expect(kinds()).toEqual(['E1', 'E2', 'E3', 'E4']));
    expect(gateway.seen).toEqual([
      { after: '', authorization: 'Bearer token 1' },
      { after: '2', authorization: 'Bearer token 2' },
    ]);
    expect(notes).toEqual([
      `connected to ${gateway.url}`,
      'connection lost (1012: going away); trying again',
      expect.stringMatching(/^connected again after \d+\.\d s, going on where it stopped$/),
    ]);
    end();
    await ended;
  });

  it.each([4403, 4513, 1012, 1006])('comes again after a close with %i', async (code) => {
    gateway = await startGateway([() => events(1, 1, forEver), () => events(2, 2, forEver)]);
    const { kinds, end, ended } = follow(gateway.url);
    await vi.waitFor(() => expect(kinds()).toEqual(['E1']));
    if (code === 1006) await gateway.stop();
    else gateway.closeSockets(code, '');
    if (code === 1006) gateway = await startGateway([() => events(2, 2, forEver)], { port: gateway.port });
    await vi.waitFor(() => expect(kinds()).toEqual(['E1', 'E2']));
    expect(gateway.seen.at(-1)?.after).toBe('1');
    end();
    await ended;
  });

  it('waits for a gateway that is not there yet, and says it once', async () => {
    const there = await startGateway([]);
    await there.stop();
    const { kinds, notes, end, ended } = follow(there.url);
    await vi.waitFor(() => expect(notes[0]).toMatch(/does not answer \(.*ECONNREFUSED.*\); trying again$/));
    gateway = await startGateway([() => events(1, 1, forEver)], { port: there.port });
    await vi.waitFor(() => expect(kinds()).toEqual(['E1']));
    expect(notes).toHaveLength(2);
    end();
    await ended;
  });

  it('ends when it is told to, with a gateway or without one', async () => {
    const there = await startGateway([]);
    await there.stop();
    const { notes, end, ended } = follow(there.url);
    await vi.waitFor(() => expect(notes).toHaveLength(1));
    end();
    await expect(ended).resolves.toBeUndefined();
  });

  it('ends with the reason when the gateway will not have it', async () => {
    const refusal = new GraphQLError('Send a cursor of yours.', { extensions: { code: 'INVALID_CURSOR' } });
    gateway = await startGateway([], { refusal });
    await expect(follow(gateway.url).ended).rejects.toThrow(new FeedEnded('INVALID_CURSOR: Send a cursor of yours.'));
  });

  it.each([
    [4400, true],
    [4403, false],
  ])('ends when it is closed with %i and the token can be renewed: %s', async (code, renewable) => {
    gateway = await startGateway([() => events(1, 1, forEver)]);
    const { kinds, ended } = follow(gateway.url, { renewable });
    await vi.waitFor(() => expect(kinds()).toEqual(['E1']));
    gateway.closeSockets(code, 'no');
    await expect(ended).rejects.toThrow(`The gateway closed the connection (${code}: no).`);
  });

  it('ends when the source does', async () => {
    gateway = await startGateway([() => events(1, 1)]);
    await expect(follow(gateway.url).ended).rejects.toThrow('The gateway ended the subscription.');
  });
});
