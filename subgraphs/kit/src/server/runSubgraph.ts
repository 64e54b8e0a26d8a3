import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { NatsConnection } from 'nats';
import pLimit from 'p-limit';
import type { DataSource } from 'typeorm';
import { runSweeper, runWorker, type Sweeper, type Worker } from '../background/loop.js';
import { type Clock, systemClock } from '../clock.js';
import type { SubgraphConfig } from '../config.js';
import type { RequestContext } from '../graphql/requestContext.js';
import type { SubgraphSchema } from '../graphql/subgraphSchema.js';
import { followGatewayKeys } from '../identity/gatewayKeys.js';
import { createGatewayTokenVerifier } from '../identity/gatewayToken.js';
import { createLogger, type Logger } from '../log.js';
import type { ConsumerDefinition } from '../messaging/consumer.js';
import { housekeeping } from '../messaging/housekeeping.js';
import { InboxConsumer } from '../messaging/inboxConsumer.js';
import { Relay } from '../messaging/relay.js';
import { connectNats, ensureStream, REPLAYS, streamOf, wantedStreams } from '../messaging/streams.js';
import { createMetrics, type Metrics } from '../metrics.js';
import { migrate } from '../store/dataSource.js';
import { SharedReads } from '../store/sharedReads.js';
import { StaleReads } from '../store/staleReads.js';
import { createServer } from './server.js';

/** What the parts of a subgraph are made from. */
export interface SubgraphTools {
  readonly db: DataSource;
  /** The keyed reads of requests. */
  readonly reads: SharedReads;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** The subgraph's own parts, made once its store is there. */
export interface SubgraphParts {
  createContext: (base: RequestContext) => RequestContext;
  consumers: ConsumerDefinition[];
  sweepers: Sweeper[];
  workers?: Worker[];
}

export interface SubgraphOptions {
  name: string;
  config: SubgraphConfig;
  schema: SubgraphSchema;
  createDataSource: (tools: { metrics: Metrics }) => DataSource;
  /** The read replica, if there is one: for reads that may be behind. It may be away at any time, at the start too. */
  createReplica?: ((tools: { metrics: Metrics }) => DataSource | undefined) | undefined;
  wire: (tools: SubgraphTools) => SubgraphParts | Promise<SubgraphParts>;
  clock?: Clock;
}

export interface RunningSubgraph {
  readonly app: FastifyInstance;
  readonly url: string;
  readonly tools: SubgraphTools;
  /** Stops taking work, finishes what is under way within the drain time, and closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts a subgraph. Order: store and migrations → NATS streams → consumers, relay, sweepers, workers → HTTP. It answers `/health/ready` with
 * 200 once all of it runs. While NATS is away at the start it waits; commands already succeed then and their events wait in the outbox.
 */
export async function startSubgraph(options: SubgraphOptions): Promise<RunningSubgraph> {
  const { name, config } = options;
  const log = createLogger({ name, level: config.logLevel });
  const metrics = createMetrics(name);
  const db = options.createDataSource({ metrics });
  await untilReachable('the database', log, () => db.initialize());
  await migrate(db);
  const reads = new SharedReads({ db, metrics, share: config.shareReads });
  const stale = new StaleReads(db, options.createReplica?.({ metrics }));
  const tools: SubgraphTools = { db, reads, clock: options.clock ?? systemClock, log, metrics };
  const parts = await options.wire(tools);

  const { gatewayJwks, gatewayJwksFile: file, filesPollMs } = config;
  const keys = followGatewayKeys({ keys: gatewayJwks, file, log, ...(filesPollMs && { pollMs: filesPollMs }) });
  metrics.showKeys(() => keys.ids);
  const background = new AbortController();
  let nats: NatsConnection | undefined;
  let consuming = false;
  const app = await createServer({
    schema: options.schema.schema,
    log,
    metrics,
    verifyToken: createGatewayTokenVerifier({ audience: name, keys }),
    createContext: ({ identity, requestId }) =>
      parts.createContext({ identity, requestId, db, stale, clock: tools.clock, log: log.child({}) }),
    readiness: {
      store: () => db.query('SELECT 1'),
      messaging: async () => {
        if (background.signal.aborted) throw new Error('draining');
        if (!nats || nats.isClosed() || !consuming) throw new Error('not connected');
        await nats.flush();
      },
    },
    requestTimeoutMs: config.requestTimeoutMs,
  });

  const messaging = startMessaging(options, { ...tools, parts, connected: (connection) => (nats = connection) });
  messaging.then(
    () => {
      consuming = true;
    },
    (error: unknown) => {
      log.fatal({ err: error }, 'messaging could not be started');
      process.exitCode = 1;
      process.kill(process.pid, 'SIGTERM');
    },
  );
  const { signal } = background;
  const loops = [
    ...[...parts.sweepers, ...housekeeping(db)].map((sweeper) => runSweeper(sweeper, { log, metrics, signal })),
    ...(parts.workers ?? []).map((worker) => runWorker(worker, { log, signal })),
  ];
  const url = await app.listen({ host: config.host, port: config.port });
  log.info({ url }, `${name} is up`);

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    background.abort();
    keys.close();
    const drained = (async () => {
      await app.close();
      await Promise.all(loops);
      if (!nats) return; // NATS has not been reached since the start: nothing was taken and nothing can be published
      const { consumers, relay } = await messaging;
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await relay.stop();
    })();
    await Promise.race([
      drained.catch((error: unknown) => log.warn({ err: error }, 'draining failed')),
      delay(config.drainTimeoutMs, undefined, { ref: false }),
    ]);
    await nats?.close();
    await stale.close();
    await db.destroy();
    log.info(`${name} is down`);
  };
  return { app, url, tools, stop: () => (stopped ??= stop()) };
}

async function startMessaging(
  options: SubgraphOptions,
  tools: SubgraphTools & { parts: SubgraphParts; connected: (connection: NatsConnection) => void },
): Promise<{ consumers: InboxConsumer[]; relay: Relay }> {
  const { name, config } = options;
  const { db, log, metrics, parts } = tools;
  const connection = await connectNats({ url: config.natsUrl, name });
  tools.connected(connection);
  const manager = await connection.jetstreamManager({ checkAPI: false, timeout: 5_000 });
  const jetStream = connection.jetstream({ timeout: 5_000 });
  const sources = parts.consumers.map((consumer) => consumer.from);
  await untilReachable('JetStream', log, async () => {
    for (const stream of wantedStreams([...new Set([name, ...sources])])) await ensureStream(manager, stream);
  });

  const limit = pLimit(Math.max(1, config.databasePoolSize - 1));
  const { ackWaitMs } = config;
  const common = { subgraph: name, dataSource: db, jetStream, manager, log, metrics, limit, ackWaitMs };
  const consumers = [
    ...parts.consumers.map(({ from, handlers }) => new InboxConsumer({ ...common, stream: streamOf(from), handlers })),
    new InboxConsumer({
      ...common,
      stream: REPLAYS,
      filter: `replays.${name}.>`,
      subjectPrefixTokens: 2,
      handlers: Object.assign({}, ...parts.consumers.map((consumer) => consumer.handlers)),
    }),
  ];
  for (const consumer of consumers) await untilReachable('JetStream', log, () => consumer.start());
  const relay = new Relay({ dataSource: db, jetStream, log, metrics });
  relay.start();
  return { consumers, relay };
}

/** Repeats `work` with growing pauses (at most 2 s) until it succeeds: services may start in any order. */
async function untilReachable<T>(what: string, log: Logger, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 60) throw error;
      log.warn({ err: error, attempt }, `${what} is not reachable yet`);
      await delay(Math.min(100 * 2 ** attempt, 2_000));
    }
  }
}

/** Starts a subgraph as a process: SIGTERM and SIGINT drain it, a fault at start is said in one line and ends it with exit code 1. */
export async function runSubgraph(makeOptions: () => SubgraphOptions | Promise<SubgraphOptions>): Promise<void> {
  try {
    const running = await startSubgraph(await makeOptions());
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        running.stop().finally(() => process.exit());
      });
    }
  } catch (error) {
    console.error(error instanceof Error && error.name === 'ConfigError' ? error.message : error);
    process.exit(1);
  }
}
