import { anonymous, identityKey, withoutSubject } from '../identity/identity.js';
import type { MintSubgraphToken } from '../identity/subgraphToken.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { RequestContext } from '../requestContext.js';
import { assembleEntities, type EntitiesPart } from './assembleEntities.js';
import { EntityFlights } from './entityFlights.js';
import { type FetchFailureReason, fetchFailure } from './fetchFailure.js';
import type { FetchResult } from './fetchResult.js';
import { type HeaderRules, traceHeaders } from './headerRules.js';
import { Http1Failure } from './http1/http1Failure.js';
import type { Exchange, Http1Pool, Http1Reply } from './http1/http1Pool.js';
import { readReply, type SubgraphResponse, type UnusableReply } from './readReply.js';
import { bodyOf, type SubgraphRequest } from './subgraphRequest.js';

export interface SubgraphOptions {
  readonly pool: Http1Pool;
  readonly mintToken: MintSubgraphToken;
  readonly headerRules: HeaderRules;
  readonly timeoutMs: number;
  /** Whether the same fetch of several requests of one identity is sent once while it is in flight. */
  readonly share: boolean;
  /** Counts the changes that this process has heard of, mutations that it has finished and events: what was fetched before one is not joined after it. */
  readonly changes: { readonly seen: number };
  readonly log: Logger;
  readonly metrics: Metrics;
}

export type Reachability = 'reachable' | 'unreachable';

/** A fetch that has been sent and not been answered. */
interface Flight {
  readonly exchange: Exchange;
  /** Under which others find it; undefined where it is not shared. */
  readonly key: string | undefined;
  readonly representations: readonly string[] | undefined;
  readonly began: number;
  /** How many fetches have come to it, */
  fetches: number;
  /** and how many of them still wait. */
  waiting: number;
  /** What the reply says, read by the first that is told of it. */
  response?: SubgraphResponse | UnusableReply;
}

/** What a fetch is sent with. */
interface Sending {
  readonly token: string | undefined;
  readonly forwarded: string;
  readonly key: string | undefined;
}

/**
 * One subgraph, as fetches see it: adds the identity's token and the headers, sends, and reads the reply. Queries in flight of the same identity with the same forwarded headers may share exchanges and what was read of their replies: the same fetch waits for the
 * one in flight, an entity fetch for those of its entities that are in flight, and asks for the others. Never throws for what a subgraph does.
 */
export class Subgraph {
  private readonly flights = new Map<string, Flight>();
  private readonly entityFlights = new EntityFlights<Flight>();

  constructor(
    readonly name: string,
    readonly url: string,
    private readonly options: SubgraphOptions,
  ) {}

  fetch(request: SubgraphRequest, context: RequestContext): Promise<FetchResult> {
    if (context.cancellation.cancelled) return Promise.resolve(this.failed('aborted', context));
    const identity = request.isPublic ? withoutSubject(context.identity) : context.identity;
    const token = this.options.mintToken(identity, this.name);
    if (typeof token === 'object') return token.then((minted) => this.begin(request, context, minted));
    return this.begin(request, context, token);
  }

  /** Whether what is in flight is shared. */
  get shares(): boolean {
    return this.options.share;
  }

  /** What its client would be told apart by, of what a subgraph answers. */
  rightsKey({ isPublic }: Pick<SubgraphRequest, 'isPublic'>, { identity, headers }: RequestContext): string {
    const forwarded = this.options.headerRules.headersFor(this.name, headers);
    return `${identityKey(isPublic ? withoutSubject(identity) : identity)}\n${forwarded}`;
  }

  /** Waits for the same fetch of another request, or for parts of others, or sends this one. */
  private begin(request: SubgraphRequest, context: RequestContext, token: string | undefined): Promise<FetchResult> {
    const forwarded = this.options.headerRules.headersFor(this.name, context.headers);
    const mayShare = this.options.share && !request.mutation && !request.alone;
    const key = mayShare ? this.sharingKey(request, context, forwarded) : undefined;
    const sending = { token, forwarded, key };
    if (key === undefined) return this.join(this.launch(request, context, sending), context);
    if (request.representations) return this.shareEntities(request, request.representations, context, sending);
    const flight = this.flights.get(key);
    return flight ? this.joinWhole(flight, context) : this.join(this.launch(request, context, sending), context);
  }

  private shareEntities(
    request: SubgraphRequest,
    representations: readonly string[],
    context: RequestContext,
    sending: Sending,
  ): Promise<FetchResult> {
    const found = this.entityFlights.find(sending.key ?? '', representations);
    if (!found) return this.join(this.launch(request, context, sending), context);
    const { whole, parts, missing } = found;
    if (whole) return this.joinWhole(whole, context);
    const waited = [...parts].map(([flight, positions]): Promise<EntitiesPart> => {
      this.options.metrics.tallies.sharedEntities += positions.size;
      const sent = flight.representations ?? [];
      return this.join(flight, context, true).then((result) => ({ result, sent, positions }));
    });
    if (missing.length > 0) {
      const sent = missing.map((position) => representations[position] as string);
      const positions = new Map(missing.map((position, index) => [index, position]));
      const flight = this.launch({ ...request, representations: sent }, context, sending);
      waited.push(this.join(flight, context).then((result) => ({ result, sent, positions })));
    }
    return Promise.all(waited).then((all) => assembleEntities(this.name, representations.length, all));
  }

  private joinWhole(flight: Flight, context: RequestContext): Promise<FetchResult> {
    this.options.metrics.tallies.sharedFetches += 1;
    return this.join(flight, context, true);
  }

  /** Waits for a flight. `joined`: somebody else's. */
  private join(flight: Flight, context: RequestContext, joined = false): Promise<FetchResult> {
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
          shared: joined,
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

  private launch(request: SubgraphRequest, context: RequestContext, { token, forwarded, key }: Sending): Flight {
    const { mutation, operationHash, representations } = request;
    const exchange = this.options.pool.post({
      headers:
        'content-type: application/json\r\naccept: application/json, application/graphql-response+json\r\n' +
        `x-request-id: ${context.requestId}\r\nx-operation-hash: ${operationHash}\r\n` +
        (token === undefined ? '' : `authorization: Bearer ${token}\r\n`) +
        traceHeaders(context.headers) +
        forwarded,
      body: bodyOf(request),
      timeoutMs: this.options.timeoutMs,
      repeatable: !mutation,
    });
    const flight: Flight = { exchange, key, representations, began: performance.now(), fetches: 0, waiting: 0 };
    if (key === undefined) return flight;
    if (representations) this.entityFlights.add(key, flight, representations);
    else this.flights.set(key, flight);
    return flight;
  }

  private landed(flight: Flight, outcome: string): void {
    this.forget(flight);
    this.options.metrics.subgraphRequests.observe(this.name, outcome, (performance.now() - flight.began) / 1000);
  }

  /** Nobody joins it any more. */
  private forget(flight: Flight): void {
    const { key, representations } = flight;
    if (key === undefined) return;
    if (representations) this.entityFlights.remove(key, flight);
    else if (this.flights.get(key) === flight) this.flights.delete(key);
  }

  /** The same for fetches that differ in nothing but the entities that they ask for. */
  private sharingKey(
    { head, variables, isPublic, clock = '' }: SubgraphRequest,
    { identity, since = '' }: RequestContext,
    forwarded: string,
  ): string {
    const who = identityKey(isPublic ? withoutSubject(identity) : identity);
    return `${this.options.changes.seen}\n${clock}\n${since}\n${who}\n${forwarded}\n${head}\n${variables}`;
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
