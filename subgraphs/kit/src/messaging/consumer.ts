import type { EventMessage, EventType } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';

/** Acts on one event. Runs in one transaction with the inbox row: what it writes and that it was done are kept together. */
export type EventHandler<T extends EventType> = (tx: EntityManager, message: EventMessage<T>) => Promise<void>;

export type EventHandlers = { [T in EventType]?: EventHandler<T> };

/** What a subgraph does on the events of another subgraph's stream. */
export interface ConsumerDefinition {
  /** The subgraph whose events are consumed, e.g. `leads`. */
  readonly from: string;
  readonly handlers: EventHandlers;
}

/** Declares the handlers for the events of one other subgraph; checked at compile time against the contracts. */
export function defineConsumer(definition: ConsumerDefinition): ConsumerDefinition {
  for (const type of Object.keys(definition.handlers)) {
    if (!type.startsWith(`${definition.from}.`)) throw new Error(`"${type}" is not an event of "${definition.from}"`);
  }
  return definition;
}

/** Thrown by a handler whose precondition has not arrived yet: the message comes again, with growing pauses. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
}
