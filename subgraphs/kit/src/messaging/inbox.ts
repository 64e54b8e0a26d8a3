import { type EventMessage, isEventType, parseMessage } from '@leadgraph/schema';
import type { DataSource } from 'typeorm';
import { inTransaction } from '../store/transaction.js';
import type { EventHandler, EventHandlers } from './consumer.js';

export type Outcome = 'handled' | 'repeated' | 'ignored';

/** Whether anything is to be done for this subject; lets a consumer acknowledge the rest without a look inside. */
export function handlerFor(handlers: EventHandlers, subject: string): EventHandler<never> | undefined {
  const type = subject.split('.').slice(0, 3).join('.');
  return isEventType(type) ? (handlers[type] as EventHandler<never> | undefined) : undefined;
}

/**
 * Hands a received message to its handler, once: the message's id goes into the inbox in the same transaction as the handler's
 * writes, so a repetition finds it there and does nothing. Throws `ContractViolation` for what is no valid message.
 */
export async function handleOnce(dataSource: DataSource, handlers: EventHandlers, received: unknown): Promise<Outcome> {
  const message: EventMessage = parseMessage(received);
  const handler = handlers[message.type] as EventHandler<typeof message.type> | undefined;
  if (!handler) return 'ignored';
  return inTransaction(dataSource, async (tx) => {
    const fresh: unknown[] = await tx.query(
      'INSERT INTO inbox (message_id, type) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING message_id',
      [message.id, message.type],
    );
    if (fresh.length === 0) return 'repeated';
    await handler(tx, message);
    return 'handled';
  });
}
