import { anonymous, identityKey } from '../identity/identity.js';
import type { MintSubgraphToken } from '../identity/subgraphToken.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { RequestContext } from '../requestContext.js';
import { type FetchFailure, type FetchFailureReason, fetchFailure } from './fetchFailure.js';
import { type HeaderRules, traceHeaders } from './headerRules.js';
import { Http1Failure } from './http1/http1Failure.js';
import type { Exchange, Http1Pool, Http1Reply } from './http1/http1Pool.js';
import { readReply, type SubgraphResponse, type UnusableReply } from './readReply.js';

/** What came of a fetch: a GraphQL response, or the reason why there is none. */
export interface FetchResult {
  readonly response: SubgraphResponse | undefined;
  /** Others have been given the same response: it must not be changed. */
  readonly common: boolean;
  readonly failure: FetchFailure | undefined;
  /** The body held no backslash: no string of it needs escaping when it is written again. */
  readonly plain: boolean;
  readonly bytes: number;
  /** Whether another request had sent the same fetch already. */
  readonly shared: boolean;
}

export interface SubgraphRequest {
  /** The GraphQL request as JSON. */
  readonly body: string;
  readonly mutation: boolean;
  /** SHA-256 of the client's operation, in hex. */
  readonly operationHash: string;
}

export interface SubgraphOptions {
  readonly pool: Http1Pool;
  readonly mintToken: MintSubgraphToken;
  readonly headerRules: HeaderRules;
  readonly timeoutMs: number;
  /** Whether the same fetch of several requests of one identity is sent once while it is in flight. */
  readonly share: boolean;
  /** Counts the mutations that have been finished: what was fetched before one is not joined after it. */
  readonly mutations: { readonly finished: number };
  readonly log: Logger;
  readonly metrics: Metrics;
}

export type Reachability = 'reachable' | 'unreachable';

/** A fetch that has been sent and not been answered. */
interface Flight {
  readonly exchange: Exchange;
  /** Under which others find it; undefined where it is not shared. */
  readonly key: string | undefined;
  readonly began: number;
  /** How many fetches have come to it, */
  fetches: number;
  /** and how many of them still wait. */
  waiting: number;
  /** What the reply says, read by the first that is told of it. */
  response?: SubgraphResponse | UnusableReply;
}

/**
 * One subgraph, as fetches see it: adds the identity's token and the headers, sends, and reads the reply. Identical queries in flight of the same identity with the same
 * forwarded headers may share one exchange and what was read of its
 * reply. Never throws for what a subgraph does.
 */
export class Subgraph {
  private readonly flights = new Map<string, Flight>();

  constructor(
    readonly name: string,
    readonly url: string,
    private readonly options: SubgraphOptions,
  ) {}

  fetch(request: SubgraphRequest, context: RequestContext): Promise<FetchResult> {
    if (context.cancellation.cancelled) return Promise.resolve(this.failed('aborted', context));
    const token = this.options.mintToken(context.identity, this.name);
    if (typeof token === 'object') return token.then((minted) => this.join(request, context, minted));
    return this.join(request, context, token);
  }

  /** Waits for the same fetch of another request, or sends this one. */
  private join(request: SubgraphRequest, context: RequestContext, token: string | undefined): Promise<FetchResult> {
    const forwarded = this.options.headerRules.headersFor(this.name, context.headers);
    const key = this.options.share && !request.mutation ? this.sharingKey(request, context, forwarded) : undefined;
    const joined = key === undefined ? undefined : this.flights.get(key);
    const flight = joined ?? this.launch(request, context, { token, forwarded, key });
    if (joined) this.options.metrics.tallies.sharedFetches += 1;
    flight.fetches += 1;
    flight.waiting += 1;
    const onCancel = () => {
      flight.waiting -= 1;
      if (flight.waiting > 0) return;
      this.forget(flight);
      flight.exchange.cancel();
    };
    context.cancellation.hook(onCancel);
    return flight.exchange.reply.then(
      (reply) => {
        context.cancellation.unhook(onCancel);
        if (!joined) this.landed(flight, reply.status < 400 ? 'ok' : 'error');
        flight.response ??= readReply(reply);
        const { response } = flight;
        if (typeof response === 'string') return this.failed(response, context, { reply });
        return {
          response,
          common: flight.fetches > 1,
          failure: undefined,
          plain: reply.plain,
          bytes: reply.bytes,
          shared: joined !== undefined,
        };
      },
      (error: unknown) => {
        context.cancellation.unhook(onCancel);
        if (!(error instanceof Http1Failure)) throw error;
        if (!joined) this.landed(flight, error.reason);
        return this.failed(error.reason, context, { cause: error.cause });
      },
    );
  }

  /** Whether the subgraph is there. Any answer but a server error will do. */
  async reach(timeoutMs: number): Promise<Reachability> {
    const token = await this.options.mintToken(anonymous, this.name);
    const headers = `content-type: application/json\r\n${token === undefined ? '' : `authorization: Bearer ${token}\r\n`}`;
    const { reply } = this.options.pool.post({
      headers,
      body: '{"query":"{__typename}"}',
      timeoutMs,
      repeatable: true,
    });
    return reply.then(
      ({ status }) => (status < 500 ? 'reachable' : 'unreachable'),
      () => 'unreachable',
    );
  }

  private launch(
    { body, mutation, operationHash }: SubgraphRequest,
    context: RequestContext,
    { token, forwarded, key }: { token: string | undefined; forwarded: string; key: string | undefined },
  ): Flight {
    const exchange = this.options.pool.post({
      headers:
        'content-type: application/json\r\naccept: application/json, application/graphql-response+json\r\n' +
        `x-request-id: ${context.requestId}\r\nx-operation-hash: ${operationHash}\r\n` +
        (token === undefined ? '' : `authorization: Bearer ${token}\r\n`) +
        traceHeaders(context.headers) +
        forwarded,
      body,
      timeoutMs: this.options.timeoutMs,
      repeatable: !mutation,
    });
    const flight: Flight = { exchange, key, began: performance.now(), fetches: 0, waiting: 0 };
    if (key !== undefined) this.flights.set(key, flight);
    return flight;
  }

  private landed(flight: Flight, outcome: string): void {
    this.forget(flight);
    this.options.metrics.subgraphRequests.observe(this.name, outcome, (performance.now() - flight.began) / 1000);
  }

  /** Nobody joins it any more. */
  private forget(flight: Flight): void {
    if (flight.key !== undefined && this.flights.get(flight.key) === flight) this.flights.delete(flight.key);
  }

  private sharingKey({ body }: SubgraphRequest, { identity, since = '' }: RequestContext, forwarded: string): string {
    return `${this.options.mutations.finished}\n${since}\n${identityKey(identity)}\n${forwarded}\n${body}`;
  }

  private failed(
    reason: FetchFailureReason,
    { requestId }: RequestContext,
    { reply, cause }: { reply?: Http1Reply; cause?: unknown } = {},
  ): FetchResult {
    const { name, url } = this;
    const failure = fetchFailure(reason, name);
    const facts = { requestId, subgraph: name, url, code: failure.code, reason, err: cause, status: reply?.status };
    if (reason === 'aborted') this.options.log.debug(facts, 'a subgraph request was given up');
    else this.options.log.warn(facts, 'a subgraph request failed');
    return { response: undefined, common: false, failure, plain: true, bytes: reply?.bytes ?? 0, shared: false };
  }
}
