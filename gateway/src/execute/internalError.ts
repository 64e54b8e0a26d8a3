import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from '../log.js';
import type { RequestContext } from '../requestContext.js';

/** A fault of ours as clients are told of it; its cause goes to the log. */
export function internalError(error: unknown, { requestId }: RequestContext, log: Logger): GraphQLFormattedError {
  log.error({ err: error, requestId }, 'an operation could not be executed');
  const message = 'Something went wrong on our side. Try again; if it stays, report the request id.';
  return { message, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } };
}

/** The codes of errors, for metric and log. */
export function codesOf(errors: readonly GraphQLFormattedError[]): string[] {
  return errors.map(({ extensions }) => String(extensions?.code));
}
