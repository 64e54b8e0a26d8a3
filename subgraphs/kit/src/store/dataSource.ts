import { DataSource, type EntitySchema, type MigrationInterface, type Logger as TypeOrmLogger } from 'typeorm';
import type { Metrics } from '../metrics.js';
import { currentScope } from '../requestScope.js';

type Class<T> = new (...args: never[]) => T;

export interface StoreOptions {
  url: string;
  name: string;
  entities: (Class<unknown> | EntitySchema)[];
  migrations: Class<MigrationInterface>[];
  poolSize: number;
  /** How long a caller waits for a connection before it is told that the store is busy. */
  acquireTimeoutMs: number;
  metrics?: Metrics;
}

/**
 * The subgraph's own PostgreSQL database. Nothing is ever synchronised from classes: only migrations change the schema.
 * No session state and no named statements are used, so PgBouncer may stand between in transaction mode; statement time
 * limits are set on the role for the same reason.
 */
export function createDataSource(options: StoreOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.url,
    applicationName: options.name,
    entities: options.entities,
    migrations: options.migrations,
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'all',
    synchronize: false,
    poolSize: options.poolSize,
    poolErrorHandler: () => undefined, // an idle connection that broke is replaced by the pool; the next use reports what is wrong
    extra: { connectionTimeoutMillis: options.acquireTimeoutMs, idleTimeoutMillis: 30_000, keepAlive: true },
    logger: new StatementCounter(options.metrics),
    logging: ['query'],
  });
}

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
 * while the others wait and then find nothing to do.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query('SELECT pg_advisory_xact_lock(4711)');
    await dataSource.runMigrations({ transaction: 'all' });
    await runner.commitTransaction();
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}
