import { createHash } from 'node:crypto';
import {
  type EntityRef,
  type EventPayload,
  type EventType,
  eventContracts,
  SCHEMA_VERSION,
  subjectOf,
} from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import { currentScope, systemActor } from '../requestScope.js';
import { OUTBOX_PARTITIONS } from '../store/kitTables.js';
import { onCommit } from '../store/transaction.js';
import { type Write, writeTogether } from '../store/writeTogether.js';
import { uuidv7 } from '../uuid.js';
import { noteChanged } from './changedEntities.js';

export interface OutgoingEvent<T extends EventType> {
  type: T;
  /** The last token of the subject: whom it concerns most, e.g. the agent of an offer. An id. */
  partitionKey: string;
  /** Events with the same order key reach every consumer in the order of their transactions. Default: the first entity's key. */
  orderKey?: string;
  /** What happened, for subscribers, where the last part of `type` does not say it plainly. In capitals. */
  kind?: string;
  /** Every entity whose fields changed, other subgraphs' included. */
  entities: EntityRef[];
  payload: EventPayload<T>;
  occurredAt?: Date;
}

type Listener = () => void;
const listeners = new Set<Listener>();

/** Calls `listener` whenever a transaction with outbox messages was committed in this process. Returns how to stop it. */
export function onOutboxCommitted(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Writes an event into the outbox within the caller's transaction: it is published if and only if the transaction commits.
 * Lock the entity's row first, so that the order of positions is the order of commits. A payload that breaks its contract throws.
 */
export function emit<T extends EventType>(tx: EntityManager, event: OutgoingEvent<T>): Promise<void> {
  return emitAll(tx, [event]);
}

/** Writes several events in one statement, published in the order given where they share an order key. Otherwise like `emit`. */
export async function emitAll(tx: EntityManager, events: readonly OutgoingEvent<EventType>[]): Promise<void> {
  await writeTogether(tx, eventWrites(tx, events));
}

/** What `emitAll` would write, for who writes more at once in the same transaction. */
export function eventWrites(tx: EntityManager, events: readonly OutgoingEvent<EventType>[]): Write[] {
  if (events.length === 0) return [];
  const scope = currentScope();
  const rows = events.map((event) => toRow(event, scope));
  noteChanged(
    tx,
    events.flatMap(({ entities }) => entities),
  );
  onCommit(tx, () => {
    for (const listener of listeners) listener();
  });
  return [
    {
      sql: `INSERT INTO outbox (id, partition, order_key, subject, message, request_id)
        SELECT id, partition, order_key, subject, message, request_id
        FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::jsonb[], $6::text[])
          WITH ORDINALITY AS event (id, partition, order_key, subject, message, request_id, place)
        ORDER BY place`,
      parameters: [
        rows.map(({ id }) => id),
        rows.map(({ orderKey }) => partitionOf(orderKey)),
        rows.map(({ orderKey }) => orderKey),
        rows.map(({ subject }) => subject),
        rows.map(({ message }) => message),
        rows.map(({ requestId }) => requestId),
      ],
    },
  ];
}

function toRow(event: OutgoingEvent<EventType>, scope: ReturnType<typeof currentScope>) {
  const [first] = event.entities;
  if (!first) throw new Error(`"${event.type}" names no entity`);
  const id = uuidv7();
  const message = {
    id,
    type: event.type,
    schemaVersion: SCHEMA_VERSION,
    occurredAt: (event.occurredAt ?? new Date()).toISOString(),
    ...(event.kind !== undefined && { kind: event.kind }),
    entities: event.entities,
    actor: scope?.actor ?? systemActor,
    payload: eventContracts[event.type].parse(event.payload),
  };
  return {
    id,
    orderKey: event.orderKey ?? first.key,
    subject: subjectOf(event.type, event.partitionKey),
    message: JSON.stringify(message),
    requestId: scope?.requestId ?? id,
  };
}

function partitionOf(orderKey: string): number {
  return createHash('sha1').update(orderKey).digest().readUInt16BE(0) % OUTBOX_PARTITIONS;
}
