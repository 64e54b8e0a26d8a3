import { GraphQLError } from 'graphql';
import { ArgumentValidationError } from 'type-graphql';
import { DomainError } from '../errors.js';
import type { Logger } from '../log.js';
import { isTransientStoreError } from '../store/transaction.js';

interface Violation {
  property: string;
  constraints?: Record<string, string>;
  children?: Violation[];
}

/**
 * Makes of whatever failed what a client may see: a domain error as it is, a bad argument with its fields, a store that is away as
 * SERVICE_UNAVAILABLE, and everything else as INTERNAL_SERVER_ERROR whose cause goes to the log only.
 */
export function presentError(error: unknown, requestId: string, log: Logger): GraphQLError {
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const place = error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : {};

  if (cause instanceof DomainError) {
    return new GraphQLError(cause.message, { ...place, extensions: cause.extensions });
  }
  if (cause instanceof ArgumentValidationError) {
    const problems = flatten(cause.extensions.validationErrors as unknown as Violation[]);
    return new GraphQLError(`Correct the input: ${problems.map((problem) => problem.message).join('; ')}.`, {
      ...place,
      extensions: { code: 'BAD_USER_INPUT', problems },
    });
  }
  // The errors of a compiled operation (graphql-jit) are of a class of their own without extensions.
  const given: unknown = ((cause as GraphQLError).extensions as Record<string, unknown> | undefined)?.code;
  // Parsing, validation and variable coercion have no path: graphql's own words say what is wrong with the operation. With a path it is a
  // value of ours that does not fit the schema, such as null for a non-null field.
  if (cause instanceof GraphQLError && (typeof given === 'string' || cause.path === undefined)) {
    const code = typeof given === 'string' ? given : 'BAD_USER_INPUT';
    return new GraphQLError(cause.message, { ...place, extensions: { code } });
  }
  if (isTransientStoreError(cause)) {
    log.warn({ err: cause }, 'the store is not reachable');
    return new GraphQLError('The store is not reachable at the moment. Send the request again in a few seconds.', {
      ...place,
      extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true, requestId },
    });
  }
  log.error({ err: cause, path: place.path }, 'a resolver failed');
  return new GraphQLError('Something went wrong on our side. Try again; if it stays, report the request id.', {
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
  });
}

function flatten(violations: Violation[], path = ''): { field: string; message: string }[] {
  return violations.flatMap((violation) => {
    const field = path ? `${path}.${violation.property}` : violation.property;
    const own = Object.values(violation.constraints ?? {}).map((message) => ({
      field,
      message: path ? `${path}.${message}` : message,
    }));
    return [...own, ...flatten(violation.children ?? [], field)];
  });
}
