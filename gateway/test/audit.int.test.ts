import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { AuditRecord } from '../src/audit/auditRecord.js';
import { readConfig } from '../src/config.js';
import { clientsInMemory, manifestOf } from './fixtures/clientsInMemory.js';
import { figure, running } from './fixtures/events/liveFigures.js';
import { openClient, type TestClient } from './fixtures/events/openClient.js';
import { type EventGraph, startEventGraph } from './fixtures/events/startEventGraph.js';
import { eventually } from './fixtures/eventually.js';
import { createNatsProcess } from './fixtures/natsProcess.js';
import { openSocket } from './fixtures/openSocket.js';
import { type RecordingLog, recordingLog } from './fixtures/recordingLog.js';
import { rightsGraph } from './fixtures/rightsGraph.js';
import { startComposed } from './fixtures/startComposed.js';
import { startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let graph: EventGraph;
let gateway: TestGateway;
let recording: RecordingLog;
const clients: TestClient[] = [];

beforeAll(async () => {
  graph = await startEventGraph();
  recording = recordingLog();
  gateway = await graph.start({}, { log: recording.log });
});
beforeEach(() => {
  graph.offers.set('o1', { id: 'o1', owner: '*', price: 7 });
  recording.lines.length = 0;
});
afterEach(() => {
  graph.extensions.of = undefined;
});
afterAll(async () => {
  await Promise.all(clients.map(({ client }) => client.dispose()));
  await graph?.stop();
});

/** Lets the subgraphs say that they disclose `price` of an offer and `greeting` of a person wherever these are asked for. */
function disclose(): void {
  graph.extensions.of = ({ query }) => {
    const disclosed = [
      ...(query.includes('price') ? [{ __typename: 'Offer', key: 'o1', fields: ['price'] }] : []),
      ...(query.includes('greeting') ? [{ __typename: 'Person', key: '*', fields: ['greeting'] }] : []),
    ];
    return disclosed.length > 0 ? { disclosed } : undefined;
  };
}

const as = async (sub: string, kind = 'OPERATOR') => ({ authorization: await graph.issuer.bearer({ sub, kind }) });
const REPRICE = 'mutation Reprice($id: ID!, $price: Int!) { reprice(id: $id, price: $price) { id } }';

async function waitFor(count: number, records = () => recording.records): Promise<AuditRecord[]> {
  await eventually(() => expect(records().length).toBeGreaterThanOrEqual(count));
  return records();
}

describe('a mutation', () => {
  it('leaves one record of who did what to which entities, from where', async () => {
    graph.extensions.of = () => ({ changed: [{ __typename: 'Offer', key: 'o1', version: 4 }] });
    const { body } = await gateway.query(
      REPRICE,
      { id: 'o1', price: 4_711 },
      { ...(await as('ops')), 'x-request-id': 'r-1', 'user-agent': 'a'.repeat(500) },
    );
    expect(body.extensions).toEqual({ changed: [{ __typename: 'Offer', key: 'o1', version: 4 }] });
    expect(recording.records).toEqual([
      {
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        kind: 'MUTATION',
        who: { kind: 'OPERATOR', sub: 'ops' },
        what: { operation: 'Reprice', hash: expect.stringMatching(/^[\da-f]{64}$/), fields: ['reprice'] },
        entities: [{ __typename: 'Offer', key: 'o1' }],
        outcome: 'ok',
        from: { address: '127.0.0.1', transport: 'http', userAgent: 'a'.repeat(120) },
        requestId: 'r-1',
      },
    ]);
    expect(JSON.stringify(recording.lines)).not.toContain('4711');
  });

  it('names all its root fields, whatever their aliases and fragments', async () => {
    await gateway.query(
      'mutation { a: reprice(id: "o1", price: 1) { id } ...F } fragment F on Mutation { ... { b: reprice(id: "o1", price: 2) { id } } __typename }',
    );
    expect(recording.records).toMatchObject([
      { what: { operation: null, fields: ['reprice', '__typename'] }, who: { kind: 'ANONYMOUS', sub: '' } },
    ]);
  });

  it('says so when it fails', async () => {
    await graph.down('offers');
    try {
      await gateway.query(REPRICE, { id: 'o1', price: 1 });
    } finally {
      await graph.up('offers');
    }
    expect(recording.records).toMatchObject([{ kind: 'MUTATION', outcome: ['SUBGRAPH_UNAVAILABLE'], entities: [] }]);
  });

  it('leaves none when it was refused before it began', async () => {
    await gateway.query('mutation { unknown }');
    await gateway.query(REPRICE, { id: 'o1', price: 'much' });
    await gateway.query(REPRICE, { id: 'o1', price: 1 }, { authorization: 'Bearer nobody' });
    expect(recording.records).toEqual([]);
  });

  it('leaves a record of its own for what it has disclosed', async () => {
    graph.extensions.of = () => ({
      changed: [{ __typename: 'Offer', key: 'o1', version: 4 }],
      disclosed: [{ __typename: 'Offer', key: 'o1', fields: ['price'] }],
    });
    await gateway.query(REPRICE.replace('{ id }', '{ price }'), { id: 'o1', price: 1 }, await as('ops'));
    expect(recording.records).toMatchObject([
      { kind: 'MUTATION', entities: [{ __typename: 'Offer', key: 'o1' }] },
      { kind: 'DISCLOSURE', entities: [{ __typename: 'Offer', key: 'o1', fields: ['price'] }] },
    ]);
    const [mutation, disclosure] = recording.records;
    expect(mutation?.entities).not.toHaveProperty('0.fields');
    expect(disclosure?.requestId).toBe(mutation?.requestId);
  });

  it('of a manifest says whose, by any transport', async () => {
    const own = recordingLog();
    const shop = await startShop();
    onTestFinished(() => shop.close());
    const persisted = manifestOf('partner', ['PARTNER'], ['mutation Reset { rename(id: "p1", name: "x") { id } }']);
    const directory = clientsInMemory(persisted);
    const { clientTokens } = graph.issuer;
    const other = await startTestGateway(shop, { clientTokens }, { directory, log: own.log });
    onTestFinished(() => other.stop());
    const { authorization } = await as('acme', 'PARTNER');
    const body = JSON.stringify({ documentId: persisted.operations[0]?.id });
    const headers = { 'content-type': 'application/json', authorization };
    await other.send({ method: 'POST', headers, body });
    await other.send({ method: 'POST', headers: { ...headers, accept: 'text/event-stream' }, body });
    const socket = await openSocket(`${other.url.replace('http', 'ws')}/graphql`, { init: { authorization } });
    socket.send({ type: 'subscribe', id: '1', payload: { query: '', ...JSON.parse(body) } });
    await socket.get('complete', '1');
    socket.socket.close();
    expect(own.records.map(({ what, from }) => [what.operation, what.manifest, from.transport])).toEqual(
      ['http', 'sse', 'websocket'].map((transport) => ['Reset', 'partner', transport]),
    );
  });

  it('that the caller may not have says so, cut or refused', async () => {
    for (const rightsMode of ['cut', 'refuse'] as const) {
      const own = recordingLog();
      const access = { ...readConfig({}, []).access, rightsMode };
      const { gateway: guarded, stop } = await startComposed(rightsGraph, { access }, undefined, own.log);
      await guarded.query('mutation { rename(id: "1", name: "x") { id } }');
      expect(own.records).toMatchObject([
        { kind: 'MUTATION', outcome: ['UNAUTHORIZED_FIELD_OR_TYPE'], who: { kind: 'ANONYMOUS' }, entities: [] },
      ]);
      await stop();
    }
  });

  it('of each transport leaves one', async () => {
    const authorization = (await as('ops')).authorization;
    const socket = await openSocket(`${gateway.url.replace('http', 'ws')}/graphql`, {
      init: { authorization },
      headers: { 'user-agent': 'socket/1' },
    });
    socket.subscribe('1', REPRICE, { variables: { id: 'o1', price: 1 } });
    await socket.get('complete', '1');
    socket.socket.close();
    const headers = { accept: 'text/event-stream', 'content-type': 'application/json', authorization };
    await gateway.send({
      method: 'POST',
      headers: { ...headers, 'user-agent': 'stream/1' },
      body: JSON.stringify({ query: REPRICE, variables: { id: 'o1', price: 1 } }),
    });
    expect(recording.records.map(({ who, from }) => ({ ...who, ...from }))).toEqual([
      { kind: 'OPERATOR', sub: 'ops', address: '127.0.0.1', transport: 'websocket', userAgent: 'socket/1' },
      { kind: 'OPERATOR', sub: 'ops', address: '127.0.0.1', transport: 'sse', userAgent: 'stream/1' },
    ]);
  });
});

describe('an answer with personal data', () => {
  it('leaves one record, with the fields of each entity, and the client is told nothing', async () => {
    disclose();
    const { body } = await gateway.query(
      'query Q { offer(id: "o1") { price agent { greeting } } }',
      {},
      await as('ops'),
    );
    expect(body).toEqual({ data: { offer: { price: 7, agent: { greeting: 'Hello "*"' } } } });
    expect(recording.records).toMatchObject([
      {
        kind: 'DISCLOSURE',
        who: { kind: 'OPERATOR', sub: 'ops' },
        what: { operation: 'Q', fields: ['offer'] },
        entities: [
          { __typename: 'Offer', key: 'o1', fields: ['price'] },
          { __typename: 'Person', key: '*', fields: ['greeting'] },
        ],
        outcome: 'ok',
      },
    ]);
  });

  it('without any leaves none', async () => {
    disclose();
    await gateway.query('{ offer(id: "o1") { id owner } }', {}, await as('ops'));
    await gateway.query('{ __typename }');
    expect(recording.records).toEqual([]);
  });

  it('leaves one for each of the requests that share it', async () => {
    disclose();
    const shared = () => figure('graphql_requests_shared_total', gateway);
    const before = await shared();
    const headers = await as('ops');
    await eventually(async () => {
      recording.lines.length = 0;
      await Promise.all(
        ['a', 'b', 'c'].map((id) =>
          gateway.query('query Same { offer(id: "o1") { price } }', {}, { ...headers, 'x-request-id': id }),
        ),
      );
      expect(recording.records.map(({ requestId }) => requestId).sort()).toEqual(['a', 'b', 'c']);
      expect(await shared()).toBeGreaterThan(before);
    });
  });

  it('leaves one for each of the operations that share a fetch', async () => {
    disclose();
    const shared = () => figure('subgraph_fetches_shared_total', gateway);
    const before = await shared();
    const headers = await as('ops');
    await eventually(async () => {
      recording.lines.length = 0;
      await Promise.all(
        ['a', 'b'].map((id) =>
          gateway.query(`{ ${id}: __typename offer(id: "o1") { price } }`, {}, { ...headers, 'x-request-id': id }),
        ),
      );
      expect(recording.records.map(({ requestId }) => requestId).sort()).toEqual(['a', 'b']);
      expect(new Set(recording.records.map(({ what }) => what.hash)).size).toBe(2);
      expect(await shared()).toBeGreaterThan(before);
    });
  });

  it('that comes in parts leaves one for each part with some', async () => {
    disclose();
    const { body } = await gateway.send({
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'multipart/mixed', ...(await as('ops')) },
      body: JSON.stringify({ query: '{ offer(id: "o1") { price ... @defer { agent { greeting } } } }' }),
    });
    expect(body).toContain('Hello');
    expect(body).not.toContain('disclosed');
    expect(recording.records.map(({ entities }) => entities)).toEqual([
      [{ __typename: 'Offer', key: 'o1', fields: ['price'] }],
      [{ __typename: 'Person', key: '*', fields: ['greeting'] }],
    ]);
  });

  it('of a thousand entities and more is recorded in several', async () => {
    const disclosed = Array.from({ length: 2_500 }, (_, n) => ({
      __typename: 'Offer',
      key: `${n}`,
      fields: ['price'],
    }));
    graph.extensions.of = () => ({ disclosed });
    await gateway.query('query Many { offer(id: "o1") { price } }');
    expect(recording.records.map(({ entities }) => entities.length)).toEqual([1_000, 1_000, 500]);
  });

  it('takes nothing but names over from subgraphs', async () => {
    graph.extensions.of = () => ({
      disclosed: [
        { __typename: 'Offer', key: 'o1', fields: ['price', 'Ada Lovelace', 7, 'contact.email'] },
        { __typename: 'Offer', key: 5 },
        'o1',
      ],
    });
    await gateway.query('{ offer(id: "o1") { price owner } }');
    expect(recording.records[0]?.entities).toEqual([
      { __typename: 'Offer', key: 'o1', fields: ['contact.email', 'price'] },
    ]);
  });
});

describe('an event with personal data', () => {
  const LIVE = 'subscription Live { offerChanged(id: "o1") { offer { price } } }';
  const publish = (kind: string) =>
    graph.publish(kind, { id: 'o1', owner: '*', price: 9 }, { subject: `byId.${kind}.o1` });

  it('leaves one record for each subscriber that it is delivered to', async () => {
    disclose();
    const feeds = [];
    for (const sub of ['ann', 'ann', 'bob']) {
      const client = openClient(() => gateway.url, (await as(sub)).authorization);
      clients.push(client);
      feeds.push(client.subscribe(LIVE));
    }
    await running(3, gateway);
    await publish('made');
    for (const feed of feeds) {
      const [payload] = await feed.atLeast(1);
      expect(payload).toEqual({
        data: { offerChanged: { offer: { price: 9 } } },
        extensions: { cursor: expect.any(String) },
      });
    }
    const records = await waitFor(3);
    expect(records.map(({ who }) => who.sub).sort()).toEqual(['ann', 'ann', 'bob']);
    expect(records[0]).toMatchObject({
      kind: 'DISCLOSURE',
      what: { operation: 'Live', fields: ['offerChanged'] },
      entities: [{ __typename: 'Offer', key: 'o1', fields: ['price'] }],
      from: { transport: 'websocket', address: '127.0.0.1' },
    });
    graph.extensions.of = undefined;
    await publish('changed');
    for (const feed of feeds) await feed.atLeast(2);
    expect(recording.records).toHaveLength(3);
    for (const feed of feeds) feed.stop();
    await running(0, gateway);
  });

  it('by server-sent events leaves one as well', async () => {
    disclose();
    const stop = new AbortController();
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...(await as('eve')) },
      body: JSON.stringify({ query: LIVE }),
      signal: stop.signal,
    });
    expect(response.status).toBe(200);
    await publish('made');
    expect(await waitFor(1)).toMatchObject([{ who: { sub: 'eve' }, from: { transport: 'sse' }, outcome: 'ok' }]);
    stop.abort();
    await running(0, gateway);
  });
});

describe('NATS', () => {
  const published = async (url: string): Promise<AuditRecord[]> => {
    const { connect } = await import('nats');
    const nats = await connect({ servers: url });
    const manager = await nats.jetstreamManager();
    const { state } = await manager.streams.info('AUDIT');
    const records = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1)
      records.push((await manager.streams.getMessage('AUDIT', { seq })).json<AuditRecord>());
    await nats.close();
    return records;
  };

  it('keeps each record once, under its kind and who it was, for as long as is said', async () => {
    const nats = await createNatsProcess();
    await nats.start();
    const own = recordingLog();
    const audited = await graph.start(
      { natsUrl: nats.url, audit: { on: true, retentionDays: 3, bufferBytes: 1e6 } },
      { log: own.log },
    );
    await audited.query(REPRICE, { id: 'o1', price: 1 }, await as('ops'));
    disclose();
    await audited.query('{ offer(id: "o1") { price } }', {}, await as('acme', 'PARTNER'));
    await eventually(async () => expect(await published(nats.url)).toEqual(own.records));
    const { connect, nanos } = await import('nats');
    const connection = await connect({ servers: nats.url });
    const manager = await connection.jetstreamManager();
    const info = await manager.streams.info('AUDIT', { subjects_filter: '>' });
    expect(info.state.subjects).toEqual({ 'audit.mutation.OPERATOR': 1, 'audit.disclosure.PARTNER': 1 });
    expect(info.config).toMatchObject({ max_age: nanos(3 * 86_400_000), storage: 'file', retention: 'limits' });
    await connection.close();
    await audited.stop();
  });

  it('that is killed loses nothing, holds nobody up, and gets each record once when it is back', async () => {
    const nats = await createNatsProcess();
    await nats.start();
    const own = recordingLog();
    const audited = await graph.start({ natsUrl: nats.url }, { log: own.log });
    const mutate = (id: string) => audited.query(REPRICE, { id: 'o1', price: 1 }, { 'x-request-id': id });
    await mutate('before');
    await eventually(async () => expect(await published(nats.url)).toHaveLength(1));
    await nats.kill();
    for (let n = 0; n < 150; n += 1) expect((await mutate(`away-${n}`)).status).toBe(200);
    expect(own.records).toHaveLength(151);
    await nats.start();
    await eventually(async () => expect(await published(nats.url)).toHaveLength(151));
    const ids = (await published(nats.url)).map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set(own.records.map(({ id }) => id)));
    await audited.stop();
  });

  it('gets what is left when the gateway ends', async () => {
    const nats = await createNatsProcess();
    await nats.start();
    const own = recordingLog();
    const audited = await graph.start({ natsUrl: nats.url, drainTimeoutMs: 5_000 }, { log: own.log });
    await Promise.all(Array.from({ length: 200 }, () => audited.query(REPRICE, { id: 'o1', price: 1 })));
    await audited.stop();
    expect(own.records).toHaveLength(200);
    expect(await published(nats.url)).toHaveLength(200);
  });

  it('that stays away costs the oldest records their place, loudly, and not the end of the process', async () => {
    const own = recordingLog();
    const audited = await graph.start(
      { natsUrl: 'nats://127.0.0.1:1', audit: { on: true, retentionDays: 1, bufferBytes: 5_000 } },
      { log: own.log },
    );
    for (let n = 0; n < 50; n += 1) await audited.query(REPRICE, { id: 'o1', price: 1 });
    expect(own.records).toHaveLength(50);
    const [dropped, waiting] = [
      await figure('audit_records_dropped_total', audited),
      await figure('audit_records_waiting', audited),
    ];
    expect(waiting).toBeGreaterThan(0);
    expect(dropped + waiting).toBe(50);
    expect(own.lines).toContainEqual(
      expect.objectContaining({ level: 50, msg: expect.stringContaining('the oldest stand in the log alone') }),
    );
    await audited.stop();
    expect(own.lines).toContainEqual(expect.objectContaining({ level: 50, records: waiting }));
  });

  it('is not needed, nor is the audit', async () => {
    const own = recordingLog();
    const without = await graph.start({ natsUrl: undefined }, { log: own.log });
    await without.query(REPRICE, { id: 'o1', price: 1 });
    await without.stop();
    expect(own.records).toHaveLength(1);
    const off = await graph.start(
      { natsUrl: undefined, audit: { on: false, retentionDays: 1, bufferBytes: 1 } },
      { log: own.log },
    );
    await off.query(REPRICE, { id: 'o1', price: 1 });
    await off.stop();
    expect(own.records).toHaveLength(1);
  });
});
