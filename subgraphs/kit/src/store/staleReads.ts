import type { DataSource } from 'typeorm';
import { DomainError } from '../errors.js';
import type { Page } from '../graphql/connection.js';
import { databaseErrorCode } from './transaction.js';

/** How long a replica that failed is left alone. */
const LEFT_ALONE_MS = 5_000;
/** A statement that took too long there would take too long at the primary as well, which has other things to do; and what no database takes (data exceptions) the primary will not take either. */
const READS_OWN_FAULT = /^(57014|22...)$/;
/** The replica has no connection for this read: too many want one, or it does not answer. */
const NO_CONNECTION = new Set(['STORE_BUSY', 'SERVICE_UNAVAILABLE']);

/**
 * Reads that may be a little behind: lists and reports. They go to the read replica when there is one, and to the primary while it is away. Nothing that a mutation decides by, and
 * no entity that the gateway fetches behind an event, may be read here.
 *
 * States of the replica: not connected → (first read) connected → (a failure) left alone for 5 s → connected.
 */
export class StaleReads {
  readonly #primary: DataSource;
  readonly #replica: DataSource | undefined;
  #connecting: Promise<unknown> | undefined;
  #leftAloneUntil = 0;

  constructor(primary: DataSource, replica?: DataSource) {
    this.#primary = primary;
    this.#replica = replica;
  }

  /** Runs `work` on the replica; on the primary, once more from the beginning, when the replica fails. What `work` itself refuses is thrown as it is. */
  async read<T>(work: (db: DataSource) => Promise<T>): Promise<T> {
    const replica = this.#replica;
    if (!replica || Date.now() < this.#leftAloneUntil) return work(this.#primary);
    // One looks whether it is back; the others stay at the primary until that is known.
    const isLooking = this.#leftAloneUntil > 0;
    if (isLooking) this.#leftAloneUntil = Date.now() + LEFT_ALONE_MS;
    try {
      await this.#connect(replica);
      const answer = await work(replica);
      if (isLooking) this.#leftAloneUntil = 0;
      return answer;
    } catch (error) {
      if (!mayBeReplicasFault(error)) throw error;
      // Busy is not away: only this one goes elsewhere.
      if (!(error instanceof DomainError)) this.#leftAloneUntil = Date.now() + LEFT_ALONE_MS;
      return work(this.#primary);
    }
  }

  /** As `read`, for a page of a list, whose total may be counted later. */
  async page<T>(work: (db: DataSource) => Promise<Page<T>>): Promise<Page<T>> {
    const page = await this.read(work);
    return {
      ...page,
      countTotal: async () => {
        try {
          return await page.countTotal();
        } catch (error) {
          if (!this.#replica || !mayBeReplicasFault(error)) throw error;
          return (await work(this.#primary)).countTotal();
        }
      },
    };
  }

  /** Closes the replica's connections. */
  async close(): Promise<void> {
    await this.#connecting?.catch(() => undefined);
    if (this.#replica?.isInitialized) await this.#replica.destroy();
  }

  #connect(replica: DataSource): Promise<unknown> {
    if (replica.isInitialized) return Promise.resolve();
    this.#connecting ??= replica.initialize().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }
}

/** Away, behind with its migrations, or a query that stood in the way of its replaying; what is wrong with the read itself, the primary will say again. */
function mayBeReplicasFault(error: unknown): boolean {
  if (error instanceof DomainError) return NO_CONNECTION.has(error.code);
  return !READS_OWN_FAULT.test(databaseErrorCode(error) ?? '');
}
