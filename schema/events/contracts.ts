import { z } from 'zod';
import { agentsEvents } from './agents.js';
import { aiEvents } from './ai.js';
import { leadsEvents } from './leads.js';
import { type MessageEnvelope, MessageSchema } from './message.js';
import { paymentsEvents } from './payments.js';

/** Every event of the platform with the schema of its payload, by type `<subgraph>.<entity>.<event>`. */
export const eventContracts = { ...leadsEvents, ...aiEvents, ...paymentsEvents, ...agentsEvents } as const;

export type EventType = keyof typeof eventContracts;
export type EventPayload<T extends EventType> = z.infer<(typeof eventContracts)[T]>;
export type EventMessage<T extends EventType = EventType> = {
  [K in T]: Omit<MessageEnvelope, 'type' | 'payload'> & { type: K; payload: EventPayload<K> };
}[T];

/** The version that this build writes and reads; a message of another version is a dead letter. */
export const SCHEMA_VERSION = 1;

/** Tells why a received message does not keep its contract. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';
}

/** Checks an unknown value against the envelope and its type's contract; throws `ContractViolation` with what is wrong and where. */
export function parseMessage(value: unknown): EventMessage {
  const envelope = MessageSchema.safeParse(value);
  if (!envelope.success) throw new ContractViolation(`Malformed message: ${z.prettifyError(envelope.error)}`);
  const { type, schemaVersion } = envelope.data;
  if (!isEventType(type)) throw new ContractViolation(`Unknown event type "${type}"`);
  if (schemaVersion !== SCHEMA_VERSION) {
    throw new ContractViolation(`"${type}" has schema version ${schemaVersion}, this build reads ${SCHEMA_VERSION}`);
  }
  const payload = eventContracts[type].safeParse(envelope.data.payload);
  if (!payload.success)
    throw new ContractViolation(`Malformed payload of "${type}": ${z.prettifyError(payload.error)}`);
  return { ...envelope.data, type, payload: payload.data } as EventMessage;
}

/** Whether the platform has an event of this type. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventContracts, type);
}

/** `<type>.<partition key>`: what a message of this type is published on. The key is an id, so it has no dots. */
export function subjectOf(type: EventType, partitionKey: string): string {
  return `${type}.${partitionKey}`;
}
