import { OperationTypeNode } from 'graphql';
import { identityKey } from '../identity/identity.js';
import { Cancellation } from '../requestContext.js';
import type { ExecutionRequest, OperationResponse } from './executeOperation.js';

/** Executes an operation: see `executeOperation`. */
export type Execute = (request: ExecutionRequest) => Promise<OperationResponse>;

export interface SharingOptions {
  /** The request headers that reach subgraphs, in lower case: requests that differ in one of them are not identical. */
  readonly forwardedHeaders: readonly string[];
  /** Counts the changes that this process has heard of, mutations that it has finished and events: what began before one is not joined after it. */
  readonly changes: { readonly seen: number };
  readonly onShared: () => void;
}

interface Flight {
  readonly response: Promise<OperationResponse>;
  readonly cancellation: Cancellation;
  waiting: number;
}

/**
 * Lets identical queries in flight share one execution: same operation, variables, identity and forwarded headers. A query does not join an execution that began before a mutation
 * that has been answered since: its client must find what it changed. The execution is given up when all who wait for it are gone.
 */
export function shareExecutions(execute: Execute, options: SharingOptions): Execute {
  const flights = new Map<string, Flight>();

  return (request) => {
    const { operation, variables, context, explain, cost } = request;
    if (operation.type !== OperationTypeNode.QUERY || operation.defers || explain || cost || context.noCache)
      return execute(request);
    const key = [
      options.changes.seen,
      operation.key,
      identityKey(context.identity),
      JSON.stringify(variables),
      ...options.forwardedHeaders.map((name) => String(context.headers[name] ?? '')),
    ].join('\n');
    let flight = flights.get(key);
    if (flight) options.onShared();
    else {
      const cancellation = new Cancellation();
      const response = execute({ ...request, context: { ...context, cancellation } });
      const launched = { response, cancellation, waiting: 0 };
      flight = launched;
      flights.set(key, launched);
      const landed = () => {
        if (flights.get(key) === launched) flights.delete(key);
      };
      response.then(landed, landed);
    }
    return join(flight, key, context.cancellation);
  };

  async function join(flight: Flight, key: string, cancellation: Cancellation): Promise<OperationResponse> {
    flight.waiting += 1;
    const onCancel = () => {
      flight.waiting -= 1;
      if (flight.waiting > 0) return;
      if (flights.get(key) === flight) flights.delete(key);
      flight.cancellation.cancel();
    };
    cancellation.hook(onCancel);
    try {
      return await flight.response;
    } finally {
      cancellation.unhook(onCancel);
    }
  }
}
