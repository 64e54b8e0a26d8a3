import type { IncomingMessage, ServerResponse } from 'node:http';
import { OperationTypeNode } from 'graphql';
import { RequestRefused } from '../errors/requestRefused.js';
import { startOperation } from '../execute/startOperation.js';
import { type Authenticate, type Credentials, credentialHeaders } from '../identity/clientToken.js';
import type { Tickets } from '../identity/tickets.js';
import { whenExpired } from '../identity/whenExpired.js';
import { clientAddress } from '../limits/clientAddress.js';
import { findOrSpend } from '../limits/operationLimits.js';
import type { Operation } from '../operation/operation.js';
import { manifestOf } from '../persisted/manifestOf.js';
import { type LiveSubscription, SubscriptionEnded } from '../subscribe/subscription.js';
import { EventStream } from './eventStream.js';
import type { GraphQLParams } from './graphqlParams.js';
import { LiveConnections } from './liveConnections.js';
import type { LiveStats, LiveTransportOptions } from './liveTransport.js';
import type { RequestTrail } from './requestTrail.js';
import { signIn } from './signIn.js';

export interface EventStreamsOptions extends LiveTransportOptions {
  readonly authenticate: Authenticate;
  readonly tickets: Tickets;
}

export interface EventStreams {
  /**
   * Answers a request by an event stream: a subscription's payloads until it ends, or the one result of a query or mutation. An operation that is refused is told in the stream, as graphql-sse's protocol wants it: EventSource and graphql-sse's
   * client tell their user nothing of other statuses, and the latter tries again. What is refused for another reason rejects with `RequestRefused` before the stream begins.
   */
  answer(
    params: GraphQLParams | readonly GraphQLParams[],
    request: IncomingMessage,
    response: ServerResponse,
    trail: RequestTrail,
  ): Promise<void>;
  readonly stats: LiveStats;
  /** Begins no more streams, and ends those that are open so that their clients come again, spread over a time. Resolves when all are over. */
  close(spreadMs: number): Promise<void>;
}

/** Event streams at /graphql, in the form of graphql-sse's "distinct connections". */
export function createEventStreams(options: EventStreamsOptions): EventStreams {
  const { slot, subscribe, limits, authenticate, tickets, onDelivered } = options;
  const streams = new LiveConnections<EventStream>(options.heartbeatMs);
  const stats: LiveStats = { connections: 0, unresponsive: 0 };
  const beginning = new Set<AbortController>();
  const headersOfCredentials = credentialHeaders(authenticate);
  let closing: Promise<void> | undefined;

  const addressOf = (request: IncomingMessage) =>
    (options.admit || options.audit) && clientAddress(request, options.trustedProxies ?? 0);

  async function answer(
    params: GraphQLParams | readonly GraphQLParams[],
    request: IncomingMessage,
    response: ServerResponse,
    trail: RequestTrail,
  ): Promise<void> {
    if (closing) throw goingAway();
    if (isList(params)) throw new RequestRefused('BATCHING_NOT_SUPPORTED', 'Send one operation for one event stream.');
    // Its client would wait for the head alone, which goes out with the stream's end, and take up a stream meanwhile.
    if (request.method === 'HEAD')
      throw new RequestRefused('METHOD_NOT_ALLOWED', 'An event stream is nothing but its body. Use GET or POST.', {
        headers: { allow: 'GET, POST' },
      });
    const search = request.method === 'GET' ? new URL(request.url ?? '/', 'http://gateway').searchParams : none;
    const credentials = await identify(request, search);
    const supergraph = slot.current;
    if (!supergraph) throw goingAway();
    try {
      const operation = await findOrSpend(
        () => options.findOperation(params, credentials.identity, supergraph, false),
        options.admit,
        () => ({
          identity: credentials.identity,
          address: addressOf(request),
        }),
      );
      trail.operation = operation;
      if (operation.type === OperationTypeNode.SUBSCRIPTION) {
        operation.checkVariables(params.variables);
        const header = request.headers['last-event-id'];
        const after = (typeof header === 'string' && header) || search.get('lastEventId') || undefined;
        return await follow(operation, params, after, credentials, request, response, trail);
      }
      if (request.method !== 'POST')
        throw new RequestRefused('METHOD_NOT_ALLOWED', 'Event streams by GET are for subscriptions. Use POST.', {
          headers: { allow: 'POST' },
        });
      const sender = {
        ...{ requestId: trail.id, ...credentials, headers: request.headers, gone: trail.gone },
        address: addressOf(request),
        transport: 'sse' as const,
        manifest: options.audit && manifestOf(params, credentials.identity, supergraph),
      };
      const executing = startOperation(operation, params.variables, params.explain, sender, options);
      supergraph.enter();
      const { json, codes } = await executing.finally(() => supergraph.leave());
      trail.codes = codes;
      tellOnce(response, trail, json);
    } catch (error) {
      if (!(error instanceof RequestRefused) || !isOfOperation(error) || response.headersSent) throw error;
      trail.codes = error.errors.map(({ extensions }) => String(extensions?.code));
      tellOnce(response, trail, JSON.stringify({ errors: error.errors }));
    }
  }

  /** By the headers, else by the ticket. */
  async function identify(request: IncomingMessage, search: URLSearchParams): Promise<Credentials> {
    const { headers } = request;
    const ticket = search.get('ticket');
    const credentials =
      ticket !== null && !headersOfCredentials.some((name) => headers[name] !== undefined)
        ? await tickets.redeem(ticket)
        : await signIn(request, options);
    if (credentials.expiresAt === undefined || credentials.expiresAt > Date.now()) return credentials;
    throw new RequestRefused('UNAUTHENTICATED', 'The token has expired. Get a new one.', {
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    });
  }

  async function follow(
    operation: Operation,
    { persisted, operationName: name, variables }: GraphQLParams,
    after: string | undefined,
    { identity, expiresAt, keyPrefix, onWithdrawn }: Credentials,
    request: IncomingMessage,
    response: ServerResponse,
    trail: RequestTrail,
  ): Promise<void> {
    const { headers } = request;
    const leave = limits.enter(identity);
    if (!leave) throw later('TOO_MANY_CONNECTIONS', 'There are too many event streams. Try again later.');
    const starting = new AbortController();
    beginning.add(starting);
    let live: LiveSubscription | undefined;
    // A generator would answer only after the payload that it waits for: nobody waits for that.
    const stop = () => void live?.payloads.return?.().catch(() => {});
    const stream = new EventStream(response, trail, stop);
    response.once('close', () => {
      starting.abort();
      stop();
    });
    const over = [leave];
    try {
      const context = { requestId: trail.id, identity, headers, address: addressOf(request), keyPrefix };
      live = await subscribe(
        { operation, text: operation.source, persisted: persisted?.id, name, variables, context, after },
        starting.signal,
      );
      beginning.delete(starting);
      if (response.destroyed) return stop();
      if (closing) throw goingAway();
      stats.connections += 1;
      over.push(
        streams.add(stream),
        whenExpired(expiresAt, () => stream.goAway()),
        onWithdrawn?.(() => stream.goAway()) ?? doNothing,
        () => (stats.connections -= 1),
      );
      trail.becomesStream();
      stream.open(live.cursor);
      for (;;) {
        const { done, value } = await live.payloads.next();
        if (stream.isOver) return;
        if (done) return stream.complete();
        await stream.next(value.json, value.cursor);
        if (!stream.isOver) onDelivered?.(value);
        for (const code of value.codes) options.metrics.countError(code);
      }
    } catch (error) {
      // Nobody waits for it any more, or it is not to begin here.
      if (starting.signal.aborted && response.destroyed) return;
      await endOf(closing && !response.headersSent ? goingAway() : error, stream, response);
    } finally {
      beginning.delete(starting);
      stop();
      if (stream.unresponsive) stats.unresponsive += 1;
      for (const each of over) each();
    }
  }

  /** Before the stream has begun, throws what the client is told; later ends it in the way that the error asks for. */
  async function endOf(error: unknown, stream: EventStream, response: ServerResponse): Promise<void> {
    if (!response.headersSent) throw error instanceof SubscriptionEnded ? refusalFor(error) : withRetry(error);
    const final =
      error instanceof SubscriptionEnded && error.reason === 'SUBSCRIPTION_INVALID'
        ? refusalFor(error)
        : error instanceof RequestRefused
          ? error
          : undefined;
    if (final) {
      await stream.next(JSON.stringify({ errors: final.errors }));
      stream.complete();
      return;
    }
    stream.goAway();
    if (!(error instanceof SubscriptionEnded)) throw error;
  }

  return {
    answer,
    stats,
    close(spreadMs) {
      closing ??= streams.sendAway(spreadMs);
      // Those that wait for their events are told at once.
      for (const each of beginning) each.abort();
      return closing;
    },
  };
}

const none = new URLSearchParams();

function doNothing(): void {}

function isList(params: GraphQLParams | readonly GraphQLParams[]): params is readonly GraphQLParams[] {
  return Array.isArray(params);
}

function tellOnce(response: ServerResponse, trail: RequestTrail, json: string | Buffer): void {
  const stream = new EventStream(response, trail);
  stream.open();
  // Whether it is taken at once or later: nothing comes after it.
  void stream.next(json);
  stream.complete();
}

/** Whether it is the operation that is refused, so that to send it again does not help. */
function isOfOperation(refused: RequestRefused): boolean {
  const status = refused.status('application/graphql-response+json');
  return status === 400 || status === 403 || status === 404;
}

function refusalFor({ reason, message }: SubscriptionEnded): RequestRefused {
  if (reason === 'SUBSCRIPTION_INVALID') return new RequestRefused('SUBSCRIPTION_INVALID', message);
  return reason === 'GOING_AWAY' ? goingAway() : later('EVENTS_UNAVAILABLE', message);
}

function goingAway(): RequestRefused {
  return later('SHUTTING_DOWN', 'This process is about to end. Open the event stream again, over a new connection.');
}

function later(code: 'TOO_MANY_CONNECTIONS' | 'EVENTS_UNAVAILABLE' | 'SHUTTING_DOWN', message: string): RequestRefused {
  return new RequestRefused(code, message, { headers: { 'retry-after': '1' } });
}

function withRetry(error: unknown): unknown {
  if (!(error instanceof RequestRefused) || error.headers['retry-after'] !== undefined) return error;
  const lasts = error.code !== 'EVENTS_UNAVAILABLE' && error.code !== 'TOO_MANY_SUBSCRIPTIONS';
  if (lasts) return error;
  const { message, errors, cause } = error;
  return new RequestRefused(error.code, message, { headers: { 'retry-after': '5' }, errors, cause });
}
