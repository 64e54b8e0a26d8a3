import {
  connect,
  DiscardPolicy,
  type JetStreamManager,
  millis,
  type NatsConnection,
  NatsError,
  nanos,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from 'nats';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The stream of a subgraph's events: `leads` → `LEADS`. */
export function streamOf(subgraph: string): string {
  return subgraph.toUpperCase();
}

export const DEAD_LETTERS = 'DEAD_LETTERS';
export const REPLAYS = 'REPLAYS';

type Wanted = Pick<StreamConfig, 'name' | 'subjects' | 'max_age' | 'duplicate_window'>;

/** The streams of the platform: events 7 days with a duplicate window of 1 h (design), dead letters 30 days, replays 1 day. */
export function wantedStreams(subgraphs: readonly string[]): Wanted[] {
  return [
    ...subgraphs.map((name) => ({
      name: streamOf(name),
      subjects: [`${name}.>`],
      max_age: nanos(7 * DAY_MS),
      duplicate_window: nanos(HOUR_MS),
    })),
    { name: DEAD_LETTERS, subjects: ['dead-letters.>'], max_age: nanos(30 * DAY_MS), duplicate_window: nanos(HOUR_MS) },
    { name: REPLAYS, subjects: ['replays.>'], max_age: nanos(DAY_MS), duplicate_window: nanos(1_000) },
  ];
}

/** Creates a stream or brings its settings up to date; safe when several processes do so at once. */
export async function ensureStream(manager: JetStreamManager, wanted: Wanted): Promise<void> {
  const existing = await manager.streams.info(wanted.name).catch((error: unknown) => {
    if (error instanceof NatsError && error.api_error?.code === 404) return undefined;
    throw error;
  });
  if (!existing) {
    await manager.streams.add({
      ...wanted,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      storage: StorageType.File,
      num_replicas: 1,
    });
    return;
  }
  const { config } = existing;
  const differs =
    millis(config.max_age) !== millis(wanted.max_age) ||
    millis(config.duplicate_window) !== millis(wanted.duplicate_window) ||
    config.subjects.join() !== wanted.subjects.join();
  if (differs) await manager.streams.update(wanted.name, wanted);
}

/** A connection that never gives up: it waits for the first connect and reconnects for ever. */
export async function connectNats(options: { url: string; name: string }): Promise<NatsConnection> {
  return connect({
    servers: options.url.split(','),
    name: options.name,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 10_000,
  });
}
