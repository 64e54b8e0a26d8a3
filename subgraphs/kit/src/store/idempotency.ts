import { createHash } from 'node:crypto';
import type { EntityRef } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import { DomainError } from '../errors.js';
import { changedIn, noteChanged } from '../messaging/changedEntities.js';

export interface IdempotentCall {
  /** The mutation's name. */
  operation: string;
  /** Whose key this is, e.g. `PARTNER:acme`. */
  caller: string;
  key: string;
  /** What was asked, without the key. Compared by its canonical JSON. */
  body: unknown;
}

/**
 * Does `work` at most once for a caller's key, in the caller's transaction. The same key with the same body replays the first answer
 * (`replayed: true`); with another body it is IDEMPOTENCY_KEY_REUSED. Two at the same time: the second waits for the first's
 * transaction. `work` returns plain JSON (ids rather than rows), which is kept together with the entities that it changed: who replays the answer is told of them again, for the first
 * answer may have been lost before anybody was.
 */
export async function withIdempotency<T>(
  tx: EntityManager,
  call: IdempotentCall,
  work: () => Promise<T>,
): Promise<{ answer: T; replayed: boolean }> {
  const bodyHash = hashBody(call.body);
  const claimed: unknown[] = await tx.query(
    `INSERT INTO idempotency_key (operation, caller, key, body_hash, answer) VALUES ($1, $2, $3, $4, 'null')
     ON CONFLICT DO NOTHING RETURNING key`,
    [call.operation, call.caller, call.key, bodyHash],
  );
  if (claimed.length > 0) {
    const before = changedIn(tx).length;
    const answer = await work();
    await tx.query(
      'UPDATE idempotency_key SET answer = $4, changed = $5 WHERE operation = $1 AND caller = $2 AND key = $3',
      [call.operation, call.caller, call.key, JSON.stringify(answer), JSON.stringify(changedIn(tx).slice(before))],
    );
    return { answer, replayed: false };
  }
  const [first]: { body_hash: string; answer: T; changed: EntityRef[] }[] = await tx.query(
    'SELECT body_hash, answer, changed FROM idempotency_key WHERE operation = $1 AND caller = $2 AND key = $3',
    [call.operation, call.caller, call.key],
  );
  if (!first)
    throw new DomainError('CONFLICT', 'The idempotency key was just released; send the request again.', {
      retryable: true,
    });
  if (first.body_hash !== bodyHash) {
    throw new DomainError(
      'IDEMPOTENCY_KEY_REUSED',
      'This idempotency key was used before with another body. Send a new request with a new key, or the same body with this one.',
      { field: 'idempotencyKey' },
    );
  }
  noteChanged(tx, first.changed);
  return { answer: first.answer, replayed: true };
}

/** SHA-256 over the value's canonical JSON (object keys sorted, undefined left out), as hex. */
export function hashBody(body: unknown): string {
  return createHash('sha256').update(canonicalJson(body)).digest('hex');
}

function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, nested: unknown) =>
      nested !== null && typeof nested === 'object' && !Array.isArray(nested)
        ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
        : nested,
    ) ?? 'null'
  );
}
