import { OperationTypeNode } from 'graphql';
import type { OperationResponse } from '../execute/executeOperation.js';
import type { Execute } from '../execute/shareExecutions.js';
import type { Identity } from '../identity/identity.js';
import type { Operation } from '../operation/operation.js';
import { Cancellation, type RequestContext } from '../requestContext.js';

export interface StartOptions {
  readonly execute: Execute;
  /** Counts the mutations that have been answered. */
  readonly mutations: { finished: number };
  /** Whether an identity may see how its operation is planned and executed. */
  readonly mayExplain: (identity: Identity) => boolean;
}

/** Who wants an operation executed. */
export interface Sender extends Pick<RequestContext, 'requestId' | 'identity' | 'headers'> {
  /** Cancelled when the sender has gone before the answer. */
  readonly gone: Cancellation;
}

/**
 * Starts a query or mutation, whatever it came by. Throws `RequestRefused` BAD_USER_INPUT; the promise rejects as `executeOperation` does. A query is given up when its sender has gone.
 */
export function startOperation(
  operation: Operation,
  variables: Readonly<Record<string, unknown>>,
  explain: boolean,
  { requestId, identity, headers, gone }: Sender,
  options: StartOptions,
): Promise<OperationResponse> {
  operation.checkVariables(variables);
  const isQuery = operation.type === OperationTypeNode.QUERY;
  const executing = options.execute({
    operation,
    variables,
    context: {
      requestId,
      identity,
      headers,
      // A mutation is finished when its sender has gone: half of it may have been done already.
      cancellation: isQuery ? gone : new Cancellation(),
      changed: [],
    },
    explain: explain && options.mayExplain(identity),
  });
  return isQuery ? executing : executing.finally(() => (options.mutations.finished += 1));
}
