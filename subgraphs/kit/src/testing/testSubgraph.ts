import { type EventMessage, type EventPayload, type EventType, SCHEMA_VERSION } from '@leadgraph/schema';
import type { SubgraphConfig } from '../config.js';
import type { Identity } from '../identity/identity.js';
import { anonymous } from '../identity/identity.js';
import type { ConsumerDefinition } from '../messaging/consumer.js';
import { handleOnce } from '../messaging/inbox.js';
import { runInScope, systemActor } from '../requestScope.js';
import { type RunningSubgraph, type SubgraphOptions, startSubgraph } from '../server/runSubgraph.js';
import { createDataSource } from '../store/dataSource.js';
import { uuidv7 } from '../uuid.js';
import { createTestDatabase, type TestDatabase } from './testDatabase.js';
import { testGateway } from './testGateway.js';
import { readTestServices } from './testServices.js';

export interface GraphQLAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects of the data
  data: any;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
  extensions?: Record<string, unknown>;
}

export interface TestSubgraph {
  readonly running: RunningSubgraph;
  readonly database: TestDatabase;
  /** Sends an operation as this identity, the way the gateway does. */
  query(document: string, variables?: Record<string, unknown>, identity?: Identity): Promise<GraphQLAnswer>;
  /** Hands an event to the subgraph's handler through its inbox, without NATS. `id` repeats an earlier message. */
  deliver<T extends EventType>(
    type: T,
    payload: EventPayload<T>,
    options?: { id?: string; version?: number },
  ): Promise<string>;
  /** The events in the outbox that have not been published, the oldest first. With `messaging: false` that is all of them. */
  outbox(type?: EventType): Promise<EventMessage[]>;
  stop(): Promise<void>;
}

type Options = Omit<SubgraphOptions, 'config' | 'createDataSource'> & {
  /** The subgraph's entities and migrations; a database of its own is made from them. */
  store: Parameters<typeof createTestDatabase>[0];
  createDataSource: (
    url: string,
    tools: Parameters<SubgraphOptions['createDataSource']>[0],
  ) => ReturnType<SubgraphOptions['createDataSource']>;
  config?: Partial<SubgraphConfig>;
};

/**
 * Starts a whole subgraph on a free port with a database of its own. By default NATS is left out (an address where nothing listens), so that
 * the outbox keeps what was emitted and tests hand in events themselves; `withNats: true` connects it to the test run's NATS.
 */
export async function startTestSubgraph(
  options: Options & { withNats?: boolean; replicaUrl?: string | undefined },
): Promise<TestSubgraph> {
  const { replicaUrl } = options;
  const gateway = await testGateway();
  const database = await createTestDatabase(options.store);
  let consumers: ConsumerDefinition[] = [];
  const running = await startSubgraph({
    ...options,
    createDataSource: (tools) => options.createDataSource(database.url, tools),
    ...(replicaUrl && { createReplica: (tools) => openReplica(options, replicaUrl, tools) }),
    wire: async (tools) => {
      const parts = await options.wire(tools);
      consumers = parts.consumers;
      return parts;
    },
    config: {
      host: '127.0.0.1',
      port: 0,
      databaseUrl: database.url,
      natsUrl: options.withNats ? readTestServices().natsUrl : 'nats://127.0.0.1:1',
      logLevel: 'silent',
      gatewayJwks: gateway.jwks,
      databasePoolSize: 6,
      databaseAcquireTimeoutMs: 10_000,
      databaseMostWaiting: 1_000,
      shareReads: true,
      requestTimeoutMs: 30_000,
      drainTimeoutMs: 500,
      ackWaitMs: 15_000,
      ...options.config,
    },
  });

  return {
    running,
    database,
    async query(document, variables, identity = anonymous) {
      const response = await fetch(`${running.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await gateway.sign(identity, options.name)}`,
        },
        body: JSON.stringify({ query: document, variables }),
      });
      return (await response.json()) as GraphQLAnswer;
    },
    async deliver(type, payload, { id = uuidv7(), version = 1 } = {}) {
      const consumer = consumers.find(({ from }) => type.startsWith(`${from}.`));
      if (!consumer) throw new Error(`nobody here consumes "${type}"`);
      const key = String(Object.values(payload as object).find((value) => typeof value === 'string') ?? id);
      const message = {
        id,
        type,
        schemaVersion: SCHEMA_VERSION,
        occurredAt: running.tools.clock.now().toISOString(),
        entities: [{ __typename: 'Test', key, version }],
        actor: systemActor,
        payload,
      };
      await runInScope({ origin: 'consumer', requestId: id, actor: systemActor }, () =>
        handleOnce(running.tools.db, consumer.handlers, message),
      );
      return id;
    },
    async outbox(type) {
      const rows: { message: EventMessage }[] = await database.db.query('SELECT message FROM outbox ORDER BY position');
      return rows.map((row) => row.message).filter((message) => type === undefined || message.type === type);
    },
    async stop() {
      await running.stop();
      await database.drop();
    },
  };
}

function openReplica(
  { name, store }: Options,
  url: string,
  { metrics }: Parameters<SubgraphOptions['createDataSource']>[0],
): ReturnType<SubgraphOptions['createDataSource']> {
  return createDataSource({ ...store, url, name, poolSize: 2, acquireTimeoutMs: 2_000, replica: true, metrics });
}
