import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from '../log.js';
import type { ChangedEntity } from '../requestContext.js';
import type { ExecutionOutcome, ExecutionRequest, Executor } from './apolloExecutor.js';

/** A GraphQL response as it is written. */
export interface GraphQLResponse {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[];
  extensions?: { changed: readonly ChangedEntity[] };
}

/**
 * Plans and executes one operation: the only way from a request into the graph. Never throws; a fault of our own becomes
 * INTERNAL_SERVER_ERROR with the request id, and its cause goes to the log.
 */
export async function executeOperation(
  executor: Executor,
  request: ExecutionRequest,
  log: Logger,
): Promise<GraphQLResponse> {
  const { context } = request;
  const { data, errors } = await executor.execute(request).catch((error: unknown): ExecutionOutcome => {
    log.error({ err: error, requestId: context.requestId }, 'an operation could not be executed');
    const message = 'Something went wrong on our side. Try again; if it stays, report the request id.';
    return { errors: [{ message, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: context.requestId } }] };
  });
  const changed = latest(context.changed);
  return {
    ...(errors.length > 0 && { errors }),
    ...(data !== undefined && { data }),
    ...(changed.length > 0 && { extensions: { changed } }),
  };
}

/** Each entity once, with its highest version: several fields of a mutation may have changed the same one. */
function latest(changed: readonly ChangedEntity[]): ChangedEntity[] {
  const entities = new Map<string, ChangedEntity>();
  for (const { __typename, key, version } of changed) {
    const id = JSON.stringify([__typename, key]);
    if (version >= (entities.get(id)?.version ?? Number.NEGATIVE_INFINITY))
      entities.set(id, { __typename, key, version });
  }
  return [...entities.values()];
}
