import { AckPolicy, DeliverPolicy, type NatsConnection, NatsError, nanos } from 'nats';
import type { AuditRecord } from './auditRecord.js';
import { AUDIT_STREAM, SUBJECTS_OF_KINDS } from './auditStream.js';
import type { AuditOptions } from './readAuditOptions.js';

/** After a reader that has gone without a word NATS clears up by itself. */
const UNUSED_MS = 300_000;
const STREAM_NOT_FOUND = 404;

/**
 * The records of the stream that are wanted, the oldest first: those that were there at the beginning or, where they are to be followed, also what comes until `signal` is aborted. None where nothing has been recorded yet. Throws what the nats client throws.
 */
export async function* readRecords(
  connection: NatsConnection,
  { since, who, kind, entity, follow }: Pick<AuditOptions, 'since' | 'who' | 'kind' | 'entity' | 'follow'>,
  signal: AbortSignal,
): AsyncGenerator<AuditRecord> {
  const manager = await connection.jetstreamManager({ checkAPI: false });
  const consumer = await manager.consumers
    .add(AUDIT_STREAM, {
      ack_policy: AckPolicy.None,
      filter_subject: `audit.${kind ? SUBJECTS_OF_KINDS[kind] : '*'}.${who?.kind ?? '*'}`,
      inactive_threshold: nanos(UNUSED_MS),
      ...(since
        ? { deliver_policy: DeliverPolicy.StartTime, opt_start_time: since.toISOString() }
        : { deliver_policy: DeliverPolicy.All }),
    })
    .catch((error: unknown) => {
      if (!follow && error instanceof NatsError && error.api_error?.code === STREAM_NOT_FOUND) return undefined;
      throw error;
    });
  if (!consumer) return;
  let left = consumer.num_pending;
  if (left === 0 && !follow) return;
  const messages = await (await connection.jetstream().consumers.get(AUDIT_STREAM, consumer.name)).consume();
  const stop = () => messages.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const message of messages) {
      left -= 1;
      const record = message.json<AuditRecord>();
      if (isOf(record, who) && isAbout(record, entity)) yield record;
      if (left <= 0 && !follow) return;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    await manager.consumers.delete(AUDIT_STREAM, consumer.name).catch(() => {});
  }
}

function isOf({ who }: AuditRecord, wanted: AuditOptions['who']): boolean {
  return wanted?.sub === undefined || who.sub === wanted.sub;
}

function isAbout({ entities }: AuditRecord, wanted: AuditOptions['entity']): boolean {
  if (!wanted) return true;
  return entities.some(
    ({ __typename, key }) => __typename === wanted.type && (wanted.key === undefined || key === wanted.key),
  );
}
