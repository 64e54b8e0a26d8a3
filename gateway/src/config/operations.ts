import { z } from 'zod';
import type { PlannerOptions } from '../plan/planner.js';
import { count, limit, listed, milliseconds, type Values } from './values.js';

export const operationVariables = {
  PLANNING_TIMEOUT_MS: milliseconds.default(10_000),
  PLANNING_MAX_PLANS: limit.default(10_000),
  PLANNING_MAX_PATHS: limit.default(10_000),
  PLANNING_QUEUE: limit.default(1_000),
  OPERATION_CACHE_ENTRIES: limit.default(5_000),
  OPERATION_CACHE_BYTES: limit.default(96 * 1024 * 1024),
  PREPARE_OPERATIONS_MS: count.default(30_000),
  PERSISTED_ONLY: z.string().default(''),
  PREPARE_PERSISTED_MS: count.default(120_000),
  APQ: z.stringbool().default(true),
  APQ_MEMORY_BYTES: limit.default(16 * 1024 * 1024),
  APQ_TTL_SECONDS: limit.default(7 * 24 * 3600),
};

/** How operations are found, planned and kept. */
export interface OperationsConfig {
  /** Limits of planning one operation, and of those that wait for it. */
  readonly planning: PlannerOptions;
  /** Bounds of what is kept of operations that have been seen. */
  readonly operationCache: { readonly mostDocuments: number; readonly mostBytes: number };
  /** How long the operations in use are prepared for a new supergraph, at most. */
  readonly prepareOperationsMs: number;
  readonly persisted: PersistedSettings;
}

/** How operations are named without their text. */
export interface PersistedSettings {
  /** Kinds of identities that may run nothing but the operations of their manifests; `*`: all. */
  readonly only: ReadonlySet<string>;
  /** How long a take-over waits for the operations of manifests to be prepared, at most. */
  readonly prepareMs: number;
  /** Texts that clients register by themselves (APQ); undefined: they cannot. */
  readonly automatic: { readonly mostBytes: number; readonly ttlSeconds: number } | undefined;
}

export function operationsConfig(values: Values<typeof operationVariables>): OperationsConfig {
  return {
    planning: {
      timeLimitMs: values.PLANNING_TIMEOUT_MS,
      maxEvaluatedPlans: values.PLANNING_MAX_PLANS,
      pathsLimit: values.PLANNING_MAX_PATHS,
      waiting: values.PLANNING_QUEUE,
    },
    operationCache: { mostDocuments: values.OPERATION_CACHE_ENTRIES, mostBytes: values.OPERATION_CACHE_BYTES },
    prepareOperationsMs: values.PREPARE_OPERATIONS_MS,
    persisted: {
      only: new Set(listed(values.PERSISTED_ONLY)),
      prepareMs: values.PREPARE_PERSISTED_MS,
      automatic: values.APQ ? { mostBytes: values.APQ_MEMORY_BYTES, ttlSeconds: values.APQ_TTL_SECONDS } : undefined,
    },
  };
}
