import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamClient, type JetStreamManager, JSONCodec, type NatsConnection } from 'nats';
import pLimit from 'p-limit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger, emitAll, inTransaction, RetryLater, uuidv7 } from '../src/index.js';
import type { EventHandlers } from '../src/messaging/consumer.js';
import { listDeadLetters, replayDeadLetter } from '../src/messaging/deadLetters.js';
import { InboxConsumer, type InboxConsumerOptions } from '../src/messaging/inboxConsumer.js';
import { Relay } from '../src/messaging/relay.js';
import { RelayLeases } from '../src/messaging/relayLeases.js';
import { connectNats, ensureStream, REPLAYS, wantedStreams } from '../src/messaging/streams.js';
import { createMetrics } from '../src/metrics.js';
import { createTestDatabase, eventually, type TestDatabase } from '../src/testing/index.js';
import { readTestServices } from '../src/testing/testServices.js';
import { thingStore } from './thingsSubgraph.js';

const log = createLogger({ name: 'test', level: 'silent' });
const metrics = createMetrics('test');
/** Each test run reads only what it published: a consumer of its own that begins where the test begins. */
let subgraph: string;
let database: TestDatabase;
let connection: NatsConnection;
let manager: JetStreamManager;
let jetStream: JetStreamClient;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  connection = await connectNats({ url: readTestServices().natsUrl, name: 'test' });
  manager = await connection.jetstreamManager();
  jetStream = connection.jetstream();
  for (const stream of wantedStreams(['leads'])) await ensureStream(manager, stream);
});
afterAll(() => connection.close());
beforeEach(async () => {
  subgraph = `t${uuidv7().slice(-8)}`;
  database = await createTestDatabase(thingStore);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((part) => part.stop()));
  await database.drop();
});

function relay(options: { leaseMs?: number; jetStream?: JetStreamClient } = {}): Relay {
  const made = new Relay({ dataSource: database.db, jetStream, log, metrics, pollMs: 20, ...options });
  made.start();
  running.push(made);
  return made;
}

/** Only what concerns this lead: the stream holds other tests' events too. */
const only = (leadId: string) => ({ filter: `leads.lead.rejected.${leadId}` });

async function consume(handlers: EventHandlers, options: Partial<InboxConsumerOptions> = {}): Promise<InboxConsumer> {
  const consumer = new InboxConsumer({
    subgraph,
    stream: 'LEADS',
    handlers,
    dataSource: database.db,
    jetStream,
    manager,
    log,
    metrics,
    limit: pLimit(3),
    backoffMs: [20, 40],
    mostAttempts: 3,
    ...options,
  });
  await consumer.start();
  running.push(consumer);
  return consumer;
}

/** One event of a lead; `codes` carries the number by which the tests tell events apart. */
async function emitRejected(leadId: string, ...numbers: number[]): Promise<void> {
  await inTransaction(database.db, async (tx) => {
    await emitAll(
      tx,
      numbers.map((number) => ({
        type: 'leads.lead.rejected',
        partitionKey: leadId,
        entities: [{ __typename: 'Lead', key: leadId, version: number }],
        payload: { leadId, codes: [String(number)] },
      })),
    );
  });
}

const outboxSize = async () => {
  const [row]: { count: number }[] = await database.db.query('SELECT count(*)::int AS count FROM outbox');
  return row?.count;
};

/** Handlers that write down what came, per lead; other tests' leads are left alone. */
function recording(mine: readonly string[], act: (leadId: string, number: number) => void = () => undefined) {
  const seen = new Map<string, number[]>(mine.map((leadId) => [leadId, []]));
  const handlers: EventHandlers = {
    'leads.lead.rejected': async (_tx, { payload }) => {
      if (!seen.has(payload.leadId)) return;
      const number = Number(payload.codes[0]);
      act(payload.leadId, number);
      seen.get(payload.leadId)?.push(number);
    },
  };
  return { seen, handlers };
}

describe('relay', () => {
  it('publishes what was committed, in order per key, and empties the outbox', async () => {
    const leads = Array.from({ length: 5 }, () => uuidv7());
    const { seen, handlers } = recording(leads);
    await consume(handlers);
    relay();
    for (let number = 0; number < 20; number += 1)
      await Promise.all(leads.map((leadId) => emitRejected(leadId, number)));
    await eventually(() => leads.every((leadId) => seen.get(leadId)?.length === 20));
    for (const leadId of leads) expect(seen.get(leadId)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    await eventually(async () => (await outboxSize()) === 0);
  });

  it('repeats a publish whose answer was lost with the same id, so nobody gets it twice', async () => {
    const leadId = uuidv7();
    const { seen, handlers } = recording([leadId]);
    await consume(handlers);
    let lost = 0;
    const forgetful = new Proxy(jetStream, {
      get: (target, name) =>
        name === 'publish'
          ? async (...args: Parameters<JetStreamClient['publish']>) => {
              const answer = await target.publish(...args);
              if (lost++ < 2) throw new Error('TIMEOUT');
              return answer;
            }
          : Reflect.get(target, name),
    });
    await emitRejected(leadId, 1, 2, 3);
    relay({ jetStream: forgetful });
    await eventually(async () => (await outboxSize()) === 0);
    await eventually(() => seen.get(leadId)?.length === 3);
    expect(seen.get(leadId)).toEqual([1, 2, 3]);
    const stored = await manager.streams.info('LEADS', { subjects_filter: `leads.lead.rejected.${leadId}` });
    expect(Object.values(stored.state.subjects ?? {})).toEqual([3]);
  });

  it('takes over from one that died, beside another', async () => {
    const leads = Array.from({ length: 40 }, () => uuidv7());
    const { seen, handlers } = recording(leads);
    await consume(handlers);
    await database.db.query(`UPDATE relay_lease SET owner = $1, expires_at = now() + interval '700 milliseconds'`, [
      uuidv7(),
    ]);
    relay({ leaseMs: 1_000 });
    relay({ leaseMs: 1_000 });
    await Promise.all(leads.map((leadId) => emitRejected(leadId, 1, 2)));
    await eventually(() => leads.every((leadId) => seen.get(leadId)?.length === 2));
    for (const leadId of leads) expect(seen.get(leadId)).toEqual([1, 2]);
  });

  it('takes a few partitions at a time, so that relays which look at the same time share them', async () => {
    const [one, other] = [0, 1].map(() => new RelayLeases(database.db, uuidv7(), 60_000)) as [RelayLeases, RelayLeases];
    for (let look = 0; look < 3; look += 1) for (const leases of [one, other]) await leases.renew();
    expect([one.held.length, other.held.length]).toEqual([8, 8]);
    const partitions = [...one.held, ...other.held].map(({ partition }) => partition);
    expect(new Set(partitions).size).toBe(16);
  });
});

describe('inbox', () => {
  it('handles a message once, however often it comes', async () => {
    const leadId = uuidv7();
    const { seen, handlers } = recording([leadId]);
    await consume(handlers);
    const id = uuidv7();
    const message = {
      id,
      type: 'leads.lead.rejected',
      schemaVersion: 1,
      occurredAt: new Date().toISOString(),
      entities: [{ __typename: 'Lead', key: leadId, version: 1 }],
      actor: { kind: 'SYSTEM', sub: '' },
      payload: { leadId, codes: ['7'] },
    };
    // without a message id of NATS, so that its duplicate window does not help
    for (let times = 0; times < 5; times += 1) {
      await jetStream.publish(`leads.lead.rejected.${leadId}`, JSONCodec().encode(message));
    }
    await eventually(
      async () => (await manager.consumers.info('LEADS', subgraph)).num_ack_pending === 0 && seen.get(leadId)?.length,
    );
    expect(seen.get(leadId)).toEqual([7]);
  });

  it('is not given a message again while it lives, however long its handler takes', async () => {
    const leadId = uuidv7();
    const { seen, handlers } = recording([leadId]);
    const slow: EventHandlers = {
      'leads.lead.rejected': async (tx, message) => {
        await delay(1_500);
        await handlers['leads.lead.rejected']?.(tx, message);
      },
    };
    await consume(slow, { ackWaitMs: 450, ...only(leadId) });
    relay();
    await emitRejected(leadId, 1);
    await eventually(() => seen.get(leadId)?.length === 1);
    expect((await manager.consumers.info('LEADS', subgraph)).num_redelivered).toBe(0);
  });

  it('undoes what a failing handler wrote, tries again, and lets nothing of the same key overtake', async () => {
    const [failing, other] = [uuidv7(), uuidv7()];
    let failures = 0;
    const { seen, handlers } = recording([failing, other], (leadId, number) => {
      if (leadId === failing && number === 1 && failures < 2) {
        failures += 1;
        throw failures === 1 ? new Error('deadlock of a kind') : new RetryLater('the other side is not here yet');
      }
    });
    await consume(handlers);
    relay();
    await emitRejected(failing, 1, 2, 3);
    await emitRejected(other, 1);
    await eventually(() => seen.get(failing)?.length === 3 && seen.get(other)?.length === 1);
    expect(seen.get(failing)).toEqual([1, 2, 3]);
  });

  it('puts a message that always fails aside, goes on with the next, and handles it when it is replayed', async () => {
    const leadId = uuidv7();
    let broken = true;
    const { seen, handlers } = recording([leadId], (_leadId, number) => {
      if (broken && number === 1) throw new Error('a bug');
    });
    await consume(handlers, only(leadId));
    await consume(handlers, { stream: REPLAYS, filter: `replays.${subgraph}.>`, subjectPrefixTokens: 2 });
    relay();
    await emitRejected(leadId, 1, 2);
    await eventually(() => seen.get(leadId)?.length === 1);
    expect(seen.get(leadId)).toEqual([2]);

    const [letter, ...more] = await listDeadLetters(manager, subgraph);
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      consumer: subgraph,
      subject: `leads.lead.rejected.${leadId}`,
      reason: 'Error: a bug',
      attempts: 3,
    });

    broken = false;
    await replayDeadLetter(jetStream, manager, letter?.sequence ?? 0);
    await eventually(() => seen.get(leadId)?.length === 2);
    expect(await listDeadLetters(manager, subgraph)).toEqual([]);
  });

  it('puts what breaks its contract aside at once', async () => {
    const leadId = uuidv7();
    await consume(recording([leadId]).handlers, only(leadId));
    await jetStream.publish(`leads.lead.rejected.${leadId}`, Buffer.from('no json'));
    const letters = await eventually(async () => {
      const found = await listDeadLetters(manager, subgraph);
      return found.length > 0 && found;
    });
    expect(letters[0]).toMatchObject({
      reason: expect.stringContaining('ContractViolation'),
      message: 'no json',
    });
  });

  it('does not spend tries while the store is away', async () => {
    const leadId = uuidv7();
    let away = 6;
    const { seen, handlers } = recording([leadId], () => {
      if (away-- > 0) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    });
    await consume(handlers, only(leadId));
    relay();
    await emitRejected(leadId, 1);
    await eventually(() => seen.get(leadId)?.length === 1);
    expect(await listDeadLetters(manager, subgraph)).toEqual([]);
  });
});
