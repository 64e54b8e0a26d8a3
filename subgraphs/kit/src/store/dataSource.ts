import { setTimeout as delay } from 'node:timers/promises';
import {
  DataSource,
  type EntitySchema,
  MigrationExecutor,
  type MigrationInterface,
  type Logger as TypeOrmLogger,
} from 'typeorm';
import type { Metrics } from '../metrics.js';
import { currentScope } from '../requestScope.js';
import { storeDriver } from './storePool.js';

type Class<T> = new (...args: never[]) => T;

export interface StoreOptions {
  url: string;
  name: string;
  entities: (Class<unknown> | EntitySchema)[];
  migrations: Class<MigrationInterface>[];
  poolSize: number;
  /** How long a caller waits for a connection before it is told that the store is busy. */
  acquireTimeoutMs: number;
  /** How many may wait for one before the next is told so at once. Default: 1,000. */
  mostWaiting?: number;
  metrics?: Metrics;
  /** Whether it is a read replica, which only requests read. Default: false. */
  replica?: boolean;
}

/**
 * The subgraph's own PostgreSQL database. Nothing is ever synchronised from classes: only migrations change the schema.
 * No session state and no named statements are used, so PgBouncer may stand between in transaction mode; statement time
 * limits are set on the role for the same reason.
 */
export function createDataSource(options: StoreOptions): DataSource {
  const { poolSize, acquireTimeoutMs, mostWaiting = 1_000, replica = false, metrics } = options;
  const limits = { size: poolSize, waitMs: acquireTimeoutMs, mostWaiting, requestsOnly: replica };
  return new DataSource({
    type: 'postgres',
    driver: storeDriver(limits, metrics),
    url: options.url,
    applicationName: options.name,
    entities: options.entities,
    migrations: options.migrations,
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'all',
    synchronize: false,
    poolSize,
    poolErrorHandler: () => undefined, // an idle connection that broke is replaced by the pool; the next use reports what is wrong
    extra: {
      connectionTimeoutMillis: acquireTimeoutMs,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    },
    logger: new StatementCounter(metrics),
    logging: ['query'],
  });
}

/** How often it is looked whether another process has migrated. */
const LOCK_PAUSE_MS = 250;
const TRANSACTION_CONTROL = /^(START TRANSACTION|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)/i;

/** Counts statements, in total and for the request at hand. Text and parameters are not logged: they may hold personal data. */
class StatementCounter implements TypeOrmLogger {
  readonly #metrics: Metrics | undefined;

  constructor(metrics: Metrics | undefined) {
    this.#metrics = metrics;
  }

  logQuery(query: string): void {
    if (TRANSACTION_CONTROL.test(query)) return;
    const scope = currentScope();
    if (scope) scope.statements += 1;
    this.#metrics?.statements.inc({ origin: scope?.origin ?? 'background' });
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

/**
 * Brings the database to the newest migration. Several processes may start at once: a transaction-scoped lock lets one migrate
 * while the others wait and then find nothing to do. Takes one connection. The role's time limits are for requests and do not hold for the
 * migrations.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    for (;;) {
      await runner.startTransaction();
      const [{ isOurs }] = await runner.query('SELECT pg_try_advisory_xact_lock(4711) AS "isOurs"');
      if (isOurs) break;
      // Through PgBouncer nobody has the connection meanwhile: there are few, and requests of the version before go on.
      await runner.rollbackTransaction();
      await delay(LOCK_PAUSE_MS);
    }
    await runner.query('SET LOCAL statement_timeout = 0');
    await runner.query('SET LOCAL lock_timeout = 0');
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'all';
    await executor.executePendingMigrations();
    await runner.commitTransaction();
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}
