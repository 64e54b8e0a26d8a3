import type { GraphQLFormattedError } from 'graphql';
import type { CompiledFetch } from '../compile/compileFetch.js';
import { type Position, positionsAt } from '../compile/responsePath.js';
import type { FetchFailure } from '../subgraph/fetchFailure.js';
import type { FetchResult } from '../subgraph/fetchResult.js';
import type { Execution } from './execution.js';

/** Errors of one response, at most: one fetch that fails may concern thousands of places. */
const MOST_ERRORS = 1_000;

/**
 * Reports what a fetch's result says went wrong, at the client's positions. `indexes` tells for each object which representation was its own;
 * undefined for a fetch without representations.
 */
export function reportProblems(
  fetch: CompiledFetch,
  execution: Execution,
  { response, failure, failedEntities }: FetchResult,
  objects: readonly object[],
  indexes: readonly number[] | undefined,
): void {
  if (failure) reportFailure(fetch, execution, failure, objects);
  for (const { failure, positions } of failedEntities ?? []) {
    const concerned = objects.filter((_object, at) => positions.has(indexes?.[at] ?? -1));
    reportFailure(fetch, execution, failure, concerned);
  }
  for (const error of response?.errors ?? []) {
    const { code, ...extensions } = error.extensions ?? {};
    const told = {
      message: error.message,
      extensions: {
        ...extensions,
        code: typeof code === 'string' ? code : 'DOWNSTREAM_SERVICE_ERROR',
        serviceName: fetch.subgraph.name,
      },
    };
    const located = locate(fetch, execution, error.path, objects, indexes);
    // An error without a position that took all the data with it is one of each place that lacks data now.
    if (located.length === 0 && !response?.data) reportAt(fetch, execution, told, objects);
    else if (located.length === 0) add(execution, told);
    else for (const path of located) add(execution, { ...told, path });
  }
}

/** Reports a fetch that brought nothing, at each field of the client's operation that it would have filled. */
export function reportFailure(
  fetch: CompiledFetch,
  execution: Execution,
  { code, message }: Pick<FetchFailure, 'code' | 'message'>,
  objects: readonly object[],
): void {
  reportAt(fetch, execution, { message, extensions: { code, serviceName: fetch.subgraph.name } }, objects);
}

function reportAt(
  fetch: CompiledFetch,
  execution: Execution,
  error: GraphQLFormattedError,
  objects: readonly object[],
): void {
  const selected = fetch.plan.selectedAt(fetch.place);
  const concerned = new Set(objects);
  for (const { position, object } of positionsAt(execution.data, fetch.path, fetch.plan.subtypes)) {
    if (!concerned.has(object)) continue;
    const typename = fetch.node.requires ? (object as { __typename?: string }).__typename : undefined;
    const names = fetch.document.namesFor(typename).filter((name) => selected.has(name));
    // A fetch of what only other fetches require has no field of the client's.
    if (names.length === 0) add(execution, { ...error, ...(position.length > 0 && { path: named(fetch, position) }) });
    for (const name of names) add(execution, { ...error, path: named(fetch, [...position, name]) });
    if (execution.errors.length >= MOST_ERRORS) return;
  }
}

/** Where a subgraph's error is in the client's response: once for each position of the object it is about. */
function locate(
  fetch: CompiledFetch,
  execution: Execution,
  path: GraphQLFormattedError['path'],
  objects: readonly object[],
  indexes: readonly number[] | undefined,
): Position[] {
  if (!path || path.length === 0) return [];
  let concerned = new Set(objects);
  let rest = path;
  if (indexes) {
    if (path[0] !== '_entities') return [];
    const index = path[1];
    if (typeof index === 'number') concerned = new Set(objects.filter((_object, at) => indexes[at] === index));
    rest = path.slice(2);
  }
  return positionsAt(execution.data, fetch.path, fetch.plan.subtypes)
    .filter(({ object }) => concerned.has(object))
    .slice(0, MOST_ERRORS)
    .map(({ position }) => named(fetch, [...position, ...rest]));
}

/** With the names that the client has chosen. */
function named(fetch: CompiledFetch, position: Position): Position {
  const renamed = fetch.document.renamed;
  return position.map((step) => {
    if (typeof step === 'number') return step;
    const name = renamed.get(step) ?? step;
    return fetch.plan.clientNames.get(name) ?? name;
  });
}

function add(execution: Execution, error: GraphQLFormattedError): void {
  if (execution.errors.length < MOST_ERRORS) execution.errors.push(error);
}
