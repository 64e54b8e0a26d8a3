import { randomUUID } from 'node:crypto';
import { type ExecutionArgs, GraphQLError, type GraphQLFormattedError, OperationTypeNode, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import { RequestRefused } from '../errors/requestRefused.js';
import { startOperation } from '../execute/startOperation.js';
import { type GraphQLParams, paramsFromBody } from '../http/graphqlParams.js';
import type { LiveTransportOptions } from '../http/liveTransport.js';
import { refusalOf } from '../http/refusalOf.js';
import { anonymous } from '../identity/identity.js';
import { REFUSED } from '../limits/operationLimits.js';
import type { Operation } from '../operation/operation.js';
import { manifestOf } from '../persisted/manifestOf.js';
import { type LiveSubscription, SubscriptionEnded } from '../subscribe/subscription.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { ConnectionRefused, closeCodes } from './closeCodes.js';
import type { Connection } from './connection.js';
import { Following, type OperationRun, SingleResult } from './operationRun.js';

export interface OperationsOptions extends LiveTransportOptions {
  readonly subscriptionsPerConnection: number;
}

/** What the library is to run, or the errors that it is to send. */
type Begun = ExecutionArgs | readonly GraphQLError[];

/** What a client may name an operation: the id goes out with each of its results. */
const LONGEST_ID = 256;
/** Texts of subscriptions, once each: a subscription keeps its text as long as it runs, and thousands are of the same one. So many characters are remembered at the most. */
const REMEMBERED_TEXT = 4 * 1024 * 1024;
/** The library wants a document to see the kind of an operation in. Whatever it is, its results are handed over as those of a subscription. */
const document = parse('subscription { any }');

/** The operations of WebSockets: found, checked and limited as those that come by HTTP. */
export function createOperations(options: OperationsOptions) {
  const { slot, subscribe, log, metrics } = options;
  const texts = new LRUCache<string, string>({
    maxSize: REMEMBERED_TEXT,
    sizeCalculation: ({ length }) => length,
  });

  return {
    /** For a `subscribe` message: what the library is to run, or the errors that it is to send. */
    begin(connection: Connection, id: string, payload: object): Begun | Promise<Begun> {
      if (id.length > LONGEST_ID) throw new ConnectionRefused(closeCodes.BAD_MESSAGE, 'the id is too long');
      try {
        const run = start(connection, payload);
        return run instanceof Promise ? run.then(running, (error) => refuse(connection, error)) : running(run);
      } catch (error) {
        return refuse(connection, error);
      }
    },
    run({ contextValue }: ExecutionArgs): OperationRun {
      return contextValue as OperationRun;
    },
    /** The errors as they are sent. */
    errorsOf(errors: readonly GraphQLError[]): readonly GraphQLFormattedError[] {
      const [{ originalError } = { originalError: undefined }] = errors;
      const known = originalError instanceof RequestRefused ? originalError : refused(originalError, randomUUID());
      for (const { extensions } of known.errors) metrics.countError(extensions?.code);
      return known.errors;
    },
  };

  function refuse(connection: Connection, error: unknown): readonly GraphQLError[] {
    if (error instanceof ConnectionRefused) throw error;
    // As in `endOrRefuse`.
    if (error instanceof RequestRefused && isForNow(error) && connection.operations === 0)
      throw new ConnectionRefused(closeCodes.TRY_AGAIN_LATER, error.message);
    spendFor(connection);
    return [carrying(refused(error, randomUUID()))];
  }

  function start(connection: Connection, payload: object): OperationRun | Promise<OperationRun> {
    checkRoom(connection);
    const params = paramsFromBody(payload, 0) as GraphQLParams;
    const supergraph = slot.current;
    if (!supergraph) throw new ConnectionRefused(closeCodes.GOING_AWAY, 'no supergraph is in service');
    const { identity = anonymous } = connection;
    const found = options.findOperation(params, identity, supergraph, false);
    if (!(found instanceof Promise)) return startFound(connection, supergraph, found, params, payload);
    return found.then((operation) => {
      // Nobody would end it any more.
      if (!connection.isOpen) throw new ConnectionRefused(closeCodes.GOING_AWAY, 'the connection is over');
      checkRoom(connection);
      return startFound(connection, supergraph, operation, params, payload);
    });
  }

  function checkRoom(connection: Connection): void {
    if (connection.operations >= options.subscriptionsPerConnection) {
      const message = `This connection has ${connection.operations} operations under way, which is the limit. Complete some, or open another one.`;
      throw new RequestRefused('TOO_MANY_SUBSCRIPTIONS', message);
    }
  }

  function startFound(
    connection: Connection,
    supergraph: Supergraph,
    operation: Operation,
    params: GraphQLParams,
    payload: object,
  ): OperationRun {
    if (operation.type !== OperationTypeNode.SUBSCRIPTION) return single(connection, supergraph, operation, params);
    // The library keeps the payload.
    if (params.query !== '') (payload as { query: string }).query = once(params.query);
    return follow(connection, operation, params, resumeKeyOf(payload));
  }

  /** For what has been refused. Whether there were points left for it is found when the next operation comes. */
  function spendFor({ identity = anonymous, address }: Connection): void {
    options.admit?.(REFUSED, {}, { identity, address })?.catch(() => {});
  }

  function single(
    connection: Connection,
    supergraph: Supergraph,
    operation: Operation,
    params: GraphQLParams,
  ): OperationRun {
    const requestId = newRequestId();
    const { identity = anonymous, headers, address, keyPrefix } = connection;
    const manifest = options.audit && manifestOf(params, identity, supergraph);
    const began = performance.now();
    metrics.requestsInFlight.count += 1;
    supergraph.enter();
    const ended = (outcome: string) => {
      supergraph.leave();
      metrics.requestsInFlight.count -= 1;
      metrics.requests.observe(operation.type, outcome, (performance.now() - began) / 1000);
    };
    return new SingleResult(connection, {
      execute: (gone) =>
        startOperation(
          operation,
          params.variables,
          params.explain,
          { requestId, identity, headers, address, keyPrefix, transport: 'websocket', manifest, gone },
          options,
        ),
      ended,
      countError: (code) => metrics.countError(code),
      refusal: (error) => refused(error, requestId),
    });
  }

  function follow(
    connection: Connection,
    operation: Operation,
    { query, persisted, operationName: name, variables }: GraphQLParams,
    resumeKey: string | undefined,
  ): OperationRun {
    operation.checkVariables(variables);
    const requestId = newRequestId();
    const text = query === '' ? operation.source : once(query);
    const { identity = anonymous, headers, address, keyPrefix } = connection;
    const context = { requestId, identity, headers, address, keyPrefix };
    return new Following(connection, {
      subscribe: (signal) =>
        subscribe({ operation, text, persisted: persisted?.id, name, variables, context, after: undefined }, signal),
      onStarted: (live) => {
        if (resumeKey !== undefined && live.cursor !== undefined) return tellCursor(connection, resumeKey, live);
      },
      onDelivered: (payload) => {
        options.onDelivered?.(payload);
        for (const code of payload.codes) metrics.countError(code);
      },
      refusal: (error) => endOrRefuse(connection, error, requestId),
    });
  }

  /** Closes the connection where the client is to come again; else what it is told. */
  function endOrRefuse(connection: Connection, error: unknown, requestId: string): Error | undefined {
    if (error instanceof SubscriptionEnded && error.reason !== 'SUBSCRIPTION_INVALID') {
      if (error.reason === 'GOING_AWAY') connection.goAway();
      else connection.leave(closeCodes.RESUME, 'resume from your cursor');
      return undefined;
    }
    if (error instanceof RequestRefused && isForNow(error) && connection.operations === 0) {
      // An error would be for good. Others on the same connection are not taken down for it.
      connection.leave(closeCodes.TRY_AGAIN_LATER, error.message);
      return undefined;
    }
    return refused(error, requestId);
  }

  function refused(error: unknown, requestId: string): RequestRefused {
    if (error instanceof RequestRefused) return error;
    if (error instanceof SubscriptionEnded) return new RequestRefused('SUBSCRIPTION_INVALID', error.message);
    return refusalOf(error, requestId, log);
  }

  function once(text: string): string {
    const known = texts.get(text);
    if (known !== undefined) return known;
    texts.set(text, text);
    return text;
  }
}

/** Whether the same may succeed later: the events cannot be had, too much waits for the planner. */
function isForNow(refusal: RequestRefused): boolean {
  return refusal.status('application/graphql-response+json') === 503;
}

function running(contextValue: OperationRun): ExecutionArgs {
  return { contextValue, document, rootValue: undefined, schema: undefined as never };
}

/** As the library wants to have errors. */
function carrying(refusal: RequestRefused): GraphQLError {
  return new GraphQLError(refusal.message, { originalError: refusal });
}

/** What a client that wants to know where its subscription begins gives it as a name: `extensions.resume`. */
function resumeKeyOf(payload: { readonly extensions?: { readonly resume?: unknown } | null }): string | undefined {
  const key = payload.extensions?.resume;
  return typeof key === 'string' && key.length <= LONGEST_ID ? key : undefined;
}

/** Tells where a subscription begins, before its first event: by a ping, since the protocol allows no message of our own. */
function tellCursor(connection: Connection, resume: string, { cursor }: LiveSubscription): Promise<void> {
  return connection.send(JSON.stringify({ type: 'ping', payload: { resume, cursor } }));
}

/** In one piece: as it comes it is a text of 18 pieces, which a subscription would keep. */
function newRequestId(): string {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1');
}
