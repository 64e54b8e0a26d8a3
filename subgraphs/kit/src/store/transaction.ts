import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { QueryFailedError } from 'typeorm';
import { DomainError } from '../errors.js';

const MOST_TRIES = 4;
/** serialization_failure, deadlock_detected */
const REPEATABLE = new Set(['40001', '40P01']);
/** Connection lost, server shutting down or starting, too many connections, lock or statement time-out. */
const TRANSIENT = /^(08...|57P0[123]|57014|53...|55P03|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND)$/;

const inside = new AsyncLocalStorage<true>();

const afterCommit = new WeakMap<EntityManager, (() => void)[]>();

/**
 * Runs `work` in one transaction. A deadlock or serialisation failure rolls back and runs it again, up to 4 times in all, so `work`
 * must do nothing outside the store.
 */
export async function inTransaction<T>(dataSource: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      let callbacks: (() => void)[] = [];
      const result = await dataSource.transaction(async (tx) => {
        afterCommit.set(tx, callbacks);
        return inside.run(true, () => work(tx));
      });
      for (const callback of callbacks) callback();
      callbacks = [];
      return result;
    } catch (error) {
      if (attempt >= MOST_TRIES || !REPEATABLE.has(databaseErrorCode(error) ?? '')) throw error;
      await delay(Math.random() * 20 * 2 ** attempt);
    }
  }
}

/** The same for work that may take long, such as counting reports anew: the role's limit for statements, which is meant for requests, does not hold. */
export function inLongTransaction<T>(dataSource: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  return inTransaction(dataSource, async (tx) => {
    await tx.query('SET LOCAL statement_timeout = 0');
    return work(tx);
  });
}

/** Whether this is the work of a transaction made by `inTransaction`. */
export function isInTransaction(): boolean {
  return inside.getStore() === true;
}

/** Calls `callback` once the transaction has been committed; never when it rolls back. */
export function onCommit(tx: EntityManager, callback: () => void): void {
  const callbacks = afterCommit.get(tx);
  if (!callbacks) throw new Error('onCommit needs a transaction made by inTransaction');
  callbacks.push(callback);
}

/** PostgreSQL's error code (SQLSTATE) or the socket's, if this is an error of the store. */
export function databaseErrorCode(error: unknown): string | undefined {
  const source = error instanceof QueryFailedError ? error.driverError : error;
  const code = (source as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Whether this error says that a unique index (named `constraint`, if given) refused the row. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (databaseErrorCode(error) !== '23505') return false;
  if (constraint === undefined) return true;
  return error instanceof QueryFailedError && (error.driverError as { constraint?: string }).constraint === constraint;
}

/** Whether the store cannot be reached or is overloaded right now, so that the same work may succeed later. */
export function isTransientStoreError(error: unknown): boolean {
  if (error instanceof DomainError) return error.code === 'STORE_BUSY' || error.code === 'SERVICE_UNAVAILABLE';
  const code = databaseErrorCode(error);
  if (code !== undefined) return TRANSIENT.test(code);
  const message = error instanceof Error ? error.message : '';
  return /timeout exceeded when trying to connect|Connection terminated|not queryable|Driver not Connected/i.test(
    message,
  );
}
