import { setImmediate as turn } from 'node:timers/promises';
import type { Operation } from '../operation/operation.js';
import type { OperationKey } from '../operation/operationCache.js';
import type { Supergraph } from './supergraph.js';

/** Operations prepared for a new supergraph, at most. */
const MOST_OPERATIONS = 2_000;

/** How far the preparation of a supergraph came. */
export interface Prepared {
  /** Operations that are ready. */
  readonly operations: number;
  /** Operations that do not fit the new schema any more, or that it cannot plan. */
  readonly refused: number;
  /** Operations for which no time was left: they are prepared when they are asked for. */
  readonly left: number;
}

/**
 * Prepares operations for a supergraph that does not serve yet, the last used first, one at a time: planning goes on in the planner's thread, and between
 * two operations requests have their turn. Stops after `limitMs`.
 */
export async function prepareOperations(
  used: Iterable<{ readonly key: OperationKey; readonly operation: Operation }>,
  { operations }: Supergraph,
  limitMs: number,
): Promise<Prepared> {
  const end = performance.now() + limitMs;
  const wanted = [...used].slice(0, MOST_OPERATIONS);
  let ready = 0;
  let refused = 0;
  for (const { key, operation } of wanted) {
    if (performance.now() > end) break;
    try {
      const successor = operations.find(key);
      for (const { values, identity } of operation.variantsInUse) await successor.prepare(values, identity);
      ready += 1;
    } catch {
      // Whoever sends it again is told why.
      refused += 1;
    }
    await turn();
  }
  return { operations: ready, refused, left: wanted.length - ready - refused };
}
