import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse } from 'graphql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openClient, type TestClient } from './fixtures/events/openClient.js';
import { eventually } from './fixtures/eventually.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';
import { type ForkedSubgraph, forkLiveSubgraph } from './fixtures/subgraphSubscriptions/forkLiveSubgraph.js';

/* Subscriptions that a subgraph serves itself by graphql-ws, completed by another subgraph. */

const liveSdl = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { ready: Boolean! }
  type Subscription { ticks(after: String): Tick! beats: Beat! forbidden: Beat! brief(until: Int!): Beat! }
  type Tick @key(fields: "cursor") { cursor: String! n: Int! }
  type Beat { n: Int! text(length: Int!): String! }
`;
const namesSdl = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { names: [String] }
  type Tick @key(fields: "cursor") { cursor: String! name: String }
`;

let live: ForkedSubgraph;
let names: Server;
let folder: string;
let gateway: TestGateway;
let client: TestClient;

beforeAll(async () => {
  const resolvers = {
    Tick: { __resolveReference: (tick: object) => tick, name: ({ cursor }: { cursor: string }) => `tick ${cursor}` },
  };
  const schema = buildSubgraphSchema([{ typeDefs: parse(namesSdl), resolvers: resolvers as never }]);
  names = createServer(async (request, response) => {
    const { query, variables } = (await json(request)) as { query: string; variables?: Record<string, unknown> };
    const result = await execute({ schema, document: parse(query), variableValues: variables });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  });
  await new Promise<void>((resolve) => names.listen(0, '127.0.0.1', resolve));
  folder = await mkdtemp(join(tmpdir(), 'gateway-test-'));
});
afterAll(async () => {
  names?.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  live = await forkLiveSubgraph();
  const url = `http://127.0.0.1:${(names.address() as AddressInfo).port}`;
  const { supergraphSdl, errors } = composeServices([
    { name: 'live', url: live.url, typeDefs: parse(liveSdl) },
    { name: 'names', url, typeDefs: parse(namesSdl) },
  ]);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  const supergraphFile = join(folder, 'supergraph.graphql');
  await writeFile(supergraphFile, supergraphSdl);
  gateway = await startTestGateway({ supergraphFile }, { drainTimeoutMs: 500 });
  client = openClient(() => gateway.url);
});
afterEach(async () => {
  await client.client.dispose();
  await gateway.stop();
  await live.kill();
});

/** Publishes until the first has come: when the subgraph begins to send is not to be seen from here. */
async function untilFlowing(subscription: { results: unknown[] }): Promise<number> {
  let number = 0;
  await eventually(() => {
    number += 1;
    live.publish(number);
    expect(subscription.results.length).toBeGreaterThan(0);
  });
  return number;
}

describe('a subscription of a subgraph', () => {
  it('is completed from the other subgraphs, with what the client has selected and no more', async () => {
    const ticks = client.subscribe('subscription { t: ticks { n name } }');
    await untilFlowing(ticks);
    const [{ data }] = ticks.results;
    expect(data).toEqual({ t: { n: data.t.n, name: `tick c${data.t.n}` } });
  });

  it('with cursors goes on after the last event when the subgraph is killed, and its client notices nothing', async () => {
    const ticks = client.subscribe('subscription { ticks { n } }');
    const flowing = await untilFlowing(ticks);
    const first = ticks.results[0].data.ticks.n;
    await live.kill();
    for (const more of [1, 2, 3]) live.publish(flowing + more);
    await live.restart();
    live.publish(flowing + 4);
    const last = flowing + 4;
    const expected = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    await ticks.atLeast(expected.length);
    expect(ticks.results.map(({ data }) => data.ticks.n)).toEqual(expected);
    expect(client.opened.count).toBe(1);
    expect(ticks.ended).toEqual({});
  });

  it('without cursors goes on as well, after the client is told that there may be a gap', async () => {
    const beats = client.subscribe('subscription { beats { n } }');
    const flowing = await untilFlowing(beats);
    await live.kill();
    live.publish(flowing + 1);
    await live.restart();
    await eventually(() => {
      const told = beats.results.findIndex(({ errors }) => errors?.[0].extensions.code === 'SUBSCRIPTION_GAP');
      expect(told).toBeGreaterThan(0);
      live.publish(flowing + 2);
      expect(beats.results.slice(told + 1).map(({ data }) => data.beats.n)).toContain(flowing + 2);
    });
    expect(beats.ended).toEqual({});
  });

  it('is shared: the subgraph is asked once for the same, and told when nobody follows it any more', async () => {
    const [one, other] = [
      client.subscribe('subscription { beats { n } }'),
      client.subscribe('subscription { beats { n } }'),
    ];
    await untilFlowing(one);
    await other.atLeast(1);
    const { body } = await gateway.get('/metrics');
    expect(body).toMatch(/^subscription_sources\{[^}]*\} 1$/m);
    one.stop();
    other.stop();
    await eventually(async () =>
      expect((await gateway.get('/metrics')).body).toMatch(/^subscription_sources\{[^}]*\} 0$/m),
    );
  });

  it('gives each who comes from a cursor everything after it, also where others follow the same', async () => {
    const all = client.subscribe('subscription { ticks { n } }');
    const flowing = await untilFlowing(all);
    const first = all.results[0].data.ticks.n;
    const AFTER = 'subscription ($after: String) { ticks(after: $after) { n } }';
    const expected = Array.from({ length: flowing - first }, (_, index) => first + 1 + index);
    live.publish(flowing + 1);
    for (const _ of [1, 2]) {
      const back = client.subscribe(AFTER, { after: `c${first}` });
      await back.atLeast(expected.length + 1);
      expect(back.results.map(({ data }) => data.ticks.n)).toEqual([...expected, flowing + 1]);
    }
  });

  it('goes on over an event stream after the id of its last event, which EventSource sends by itself', async () => {
    const all = client.subscribe('subscription { ticks { n } }');
    const flowing = await untilFlowing(all);
    const events = (query: string, cursor: string) =>
      fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: { accept: 'text/event-stream', 'last-event-id': cursor },
      });
    const { body } = await events('subscription { ticks { n } }', `c${flowing}`);
    live.publish(flowing + 1);
    let text = '';
    for await (const chunk of body ?? []) {
      text += new TextDecoder().decode(chunk);
      if (text.includes('event: next')) break;
    }
    expect(text).toContain(`id: c${flowing + 1}\ndata: {"data":{"ticks":{"n":${flowing + 1}}}`);
    expect(await (await events('subscription { beats { n } }', 'c1')).text()).toContain('INVALID_CURSOR');
  });

  it("ends where the subgraph ends it, and is refused with the subgraph's reason where it refuses", async () => {
    const brief = client.subscribe('subscription { brief(until: 0) { n } }');
    await untilFlowing(brief);
    await eventually(() => expect(brief.ended.with).toBe(true));
    const refused = client.subscribe('subscription { forbidden { n } }');
    const [{ data, errors }] = await refused.atLeast(1);
    expect(data).toBeNull();
    expect(errors).toEqual([{ message: 'Not for you.', path: ['forbidden'], extensions: { code: 'FORBIDDEN' } }]);
    await eventually(() => expect(refused.ended.with).toBe(true));
  });
});
