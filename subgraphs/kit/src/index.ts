import 'reflect-metadata';

export { defineSweeper, type Sweeper, type Swept, sweepEach, type Worker } from './background/loop.js';
export { type Clock, ManualClock, systemClock } from './clock.js';
export { ConfigError, readConfig, type SubgraphConfig } from './config.js';
export { type Disclosing, disclose, disclosing } from './disclosure.js';
export { DomainError, type DomainErrorOptions, kitErrorCodes, notFound } from './errors.js';
export { type AccessDecorator, OnlyFor, SignedIn, WithScope } from './graphql/access.js';
export { Cached, CachedWithin, type CacheRule, UNCHANGING, UNTIL_CHANGED } from './graphql/cacheControl.js';
export {
  connectionOf,
  DEFAULT_PAGE,
  LARGEST_PAGE,
  type Page,
  PageArgs,
  PageInfo,
  SortDirection,
  TotalCount,
  TotalRelation,
} from './graphql/connection.js';
export { Cost, ListSize, PageSize } from './graphql/costs.js';
export { HealthStatus, ServiceHealth, serviceHealth, storeCheck } from './graphql/health.js';
export type { RequestContext } from './graphql/requestContext.js';
export { DateTime, JsonObject, SafeInt } from './graphql/scalars.js';
export { createSubgraphSchema, type ReferenceResolver, type SubgraphSchema } from './graphql/subgraphSchema.js';
export {
  LiveArgs,
  LiveField,
  type LiveFieldOptions,
  SubscriptionEvent,
  servedByGateway,
} from './graphql/subscriptionEvent.js';
export { anonymous, type Identity, type IdentityKind, requireKind, requireScope } from './identity/identity.js';
export { createLogger, type Logger } from './log.js';
export { noteChanged } from './messaging/changedEntities.js';
export { type ConsumerDefinition, defineConsumer, type EventHandler, RetryLater } from './messaging/consumer.js';
export { emit, emitAll, eventWrites, type OutgoingEvent } from './messaging/outbox.js';
export type { Metrics } from './metrics.js';
export { type Actor, currentScope, runInScope, systemActor } from './requestScope.js';
export { type Delta, deltasOf, deltaWrites, type RollupDeltas } from './rollup/deltaWrites.js';
export { durationBucket, durationBucketSql, percentileMs } from './rollup/durationBuckets.js';
export { foldDeltas, foldSweeper } from './rollup/foldDeltas.js';
export {
  REPORT_ROWS,
  type RollupQuery,
  type RollupRow,
  readRollup,
  reportTooLarge,
  rollupSql,
} from './rollup/readRollup.js';
export { rebuildRollup } from './rollup/rebuildRollup.js';
export { checkedRange, LocalDate, ReportRange } from './rollup/reportRange.js';
export { createRollupIndexesSql, createRollupSql, defineRollup, type Rollup } from './rollup/rollup.js';
export { type RollupPageOptions, rollupPage } from './rollup/rollupPage.js';
export {
  runSubgraph,
  type SubgraphOptions,
  type SubgraphParts,
  type SubgraphTools,
  startSubgraph,
} from './server/runSubgraph.js';
export { bigintAsNumber, toSafeNumber } from './store/bigintAsNumber.js';
export { decodeCursor, encodeCursor } from './store/cursor.js';
export { createDataSource, migrate } from './store/dataSource.js';
export { hashBody, withIdempotency } from './store/idempotency.js';
export { checkPageSize, countBounded, type FoundThrough, keysetPage, type SortKey } from './store/keysetPage.js';
export { ChangesOfAnswers1765100000000, KitTables1700000000000 } from './store/kitTables.js';
export { createListLoader, createLoader } from './store/loader.js';
export { type KeyedRead, type SharedRead, SharedReads } from './store/sharedReads.js';
export { StaleReads } from './store/staleReads.js';
export { type SubgraphStores, subgraphStores } from './store/subgraphStores.js';
export {
  databaseErrorCode,
  inLongTransaction,
  inTransaction,
  isTransientStoreError,
  isUniqueViolation,
  onCommit,
} from './store/transaction.js';
export { type Write, writeTogether } from './store/writeTogether.js';
export { isUuid, uuidFloor, uuidv7 } from './uuid.js';
