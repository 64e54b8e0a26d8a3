import { hash } from 'node:crypto';
import type { FetchCaching } from '../compile/fetchCaching.js';
import { personOf } from '../identity/occupancy.js';
import type { Logger } from '../log.js';
import { Cancellation, type RequestContext } from '../requestContext.js';
import { assembleEntities } from '../subgraph/assembleEntities.js';
import type { FetchResult } from '../subgraph/fetchResult.js';
import type { Subgraph } from '../subgraph/subgraph.js';
import type { SubgraphRequest } from '../subgraph/subgraphRequest.js';
import type { CacheCounts } from './cacheMetrics.js';
import { type CacheStore, entityTag, type Tag } from './cacheStore.js';
import { type FillOfValue, fillsOf } from './fillsOf.js';
import { lookUp, type Wanted } from './lookUp.js';
import type { ProcessLayer } from './processLayer.js';

const PAUSE_MS = 1_000;

/** Whether anything may be taken from the cache at the moment, and what is to be told of changes. */
export interface CacheState {
  /** The store is there and every change is heard of, of this subgraph as well. */
  isOn(subgraph: string): boolean;
  /** Is told when readings of the store begin to fail, and when they do not any more. */
  storeAnswers(answers: boolean): void;
  /** What a mutation has changed: when it is resolved, nobody is given what was before. */
  changed(tags: readonly Tag[]): Promise<void>;
}

export interface EntityCacheOptions {
  readonly store: CacheStore;
  readonly layer: ProcessLayer;
  readonly state: CacheState;
  readonly counts: CacheCounts;
  readonly log: Logger;
}

/** A request to a subgraph, with how its answer may be kept. */
export interface CachedRequest extends SubgraphRequest {
  /** Undefined: it may not. */
  readonly caching: FetchCaching | undefined;
  /** What the value of each representation depends on; one for all where there are none. Undefined where that is not known. */
  readonly tags: readonly (readonly Tag[] | undefined)[];
}

/**
 * What subgraphs have answered, for a while: of entities one by one, of the root as a whole. What is answered from here is valid at a moment after the request began: generations are read for it, with everything else that it needs, at once. What is missing is fetched, and
 * kept where nothing in it was invalidated meanwhile. A fetch in flight is joined only by those who have seen the same time of the clock.
 */
export class EntityCache {
  /** After a reading that failed nobody else waits for one for a while, and then one at a time until one succeeds: a store that hangs would hold up every fetch. */
  private pausedUntil = 0;
  private isFailing = false;
  /** What is being asked for anew while it is shown as it was. */
  private readonly refreshing = new Set<string>();

  constructor(private readonly options: EntityCacheOptions) {}

  isOn(subgraph: string): boolean {
    return this.options.state.isOn(subgraph) && performance.now() >= this.pausedUntil;
  }

  /** The way of every fetch to its subgraph; see `Subgraph.fetch`. */
  fetch(subgraph: Subgraph, request: CachedRequest, context: RequestContext): Promise<FetchResult> {
    if (request.mutation) return this.mutate(subgraph, request, context);
    if (!this.isOn(subgraph.name)) return subgraph.fetch(at(request, undefined), context);
    const { caching } = request;
    return caching ? this.answer(subgraph, request, caching, context) : this.fetchNow(subgraph, request, context);
  }

  private async mutate(subgraph: Subgraph, request: CachedRequest, context: RequestContext): Promise<FetchResult> {
    const result = await subgraph.fetch(request, context);
    const changed = result.response?.changed ?? [];
    // Without an answer nobody knows whether it was done, or what.
    if (changed.length > 0 || result.failure) {
      const tags = changed.map(({ __typename, key }) => entityTag(subgraph.name, __typename, key));
      await this.options.state.changed([...tags, ownTag(subgraph.name, context)]);
    }
    return result;
  }

  /** What may not be kept: joined by those who have seen the same time of the clock. */
  private async fetchNow(subgraph: Subgraph, request: SubgraphRequest, context: RequestContext): Promise<FetchResult> {
    if (!subgraph.shares) return subgraph.fetch(request, context);
    const reading = await this.reading(this.options.store.read([], []));
    return subgraph.fetch(at(request, reading?.clock), context);
  }

  /** Undefined where the store could not be asked. */
  private async reading<T>(reading: Promise<T>): Promise<T | undefined> {
    if (this.isFailing) this.pausedUntil = performance.now() + PAUSE_MS;
    try {
      const read = await reading;
      if (this.isFailing) {
        this.pausedUntil = 0;
        this.isFailing = false;
        this.options.state.storeAnswers(true);
      }
      return read;
    } catch (error) {
      this.options.counts.failedReadings += 1;
      if (!this.isFailing) {
        this.isFailing = true;
        this.options.state.storeAnswers(false);
      }
      this.pausedUntil = performance.now() + PAUSE_MS;
      this.options.log.debug({ err: error }, 'what is kept could not be read');
      return undefined;
    }
  }

  private async answer(
    subgraph: Subgraph,
    cached: CachedRequest,
    caching: FetchCaching,
    context: RequestContext,
  ): Promise<FetchResult> {
    const { counts, store, layer } = this.options;
    const request = { ...cached, isPublic: caching.isPublic };
    const wanted = wantedOf(subgraph.name, request, caching, subgraph.rightsKey(request, context));
    const own = caching.staleMs > 0 ? ownTag(subgraph.name, context) : undefined;
    // Without looking for anything, what the clock says.
    const looked = await this.reading(lookUp(context.noCache ? [] : wanted, caching, own, store, layer));
    if (!looked) return subgraph.fetch(at(request, undefined), context);
    const { found, clock } = looked;
    const missing = wanted.flatMap((_each, position) => (found[position] ? [] : [position]));
    const stale = wanted.flatMap((_each, position) => (found[position]?.isStale ? [position] : []));
    if (!context.noCache)
      counts.count(subgraph.name, {
        hits: wanted.length - missing.length - stale.length,
        misses: missing.length,
        stale: stale.length,
      });
    if (stale.length > 0) this.refresh(subgraph, request, caching, { wanted, positions: stale, clock }, context);
    const fetched =
      missing.length === 0
        ? undefined
        : await this.fetchMissing(subgraph, request, caching, { wanted, positions: missing, clock }, context);
    if (fetched && missing.length === wanted.length) return fetched;
    if (!request.representations) {
      const [only] = found;
      const data = only?.value as Record<string, unknown> | undefined;
      return { ...assembleEntities(subgraph.name, 0, [], [only]), response: { data: data ?? null, changed: [] } };
    }
    const sent = missing.map((position) => request.representations?.[position] as string);
    const parts = fetched
      ? [{ result: fetched, sent, positions: new Map(missing.map((position, index) => [index, position])) }]
      : [];
    return assembleEntities(subgraph.name, wanted.length, parts, found);
  }

  /** Fetches some of what is wanted and keeps what came, which nobody waits for but who gives `onKeeping`. */
  private async fetchMissing(
    subgraph: Subgraph,
    request: SubgraphRequest,
    caching: FetchCaching,
    { wanted, positions, clock }: Missing,
    context: RequestContext,
    onKeeping: (kept: Promise<void>) => void = () => {},
  ): Promise<FetchResult> {
    const { representations } = request;
    const some = representations && { representations: positions.map((each) => representations[each] as string) };
    const result = await subgraph.fetch(at({ ...request, ...some }, clock), context);
    // Who asked first keeps it.
    if (result.shared || clock === undefined) return result;
    const fills = fillsOf(
      result,
      positions.map((each) => wanted[each] as Wanted),
      caching,
      representations !== undefined,
    );
    if (fills.length === 0) return result;
    onKeeping(this.keep(subgraph.name, clock, fills, caching, result.plain));
    return { ...result, common: true };
  }

  private async keep(
    subgraph: string,
    clock: string,
    fills: readonly FillOfValue[],
    { maxAgeMs, staleMs }: FetchCaching,
    plain: boolean,
  ): Promise<void> {
    const { store, layer, counts, log } = this.options;
    try {
      const filledAt = Date.now();
      const accepted = await store.fill(clock, fills);
      let refused = 0;
      for (const [index, { key, tags, value, payload }] of fills.entries()) {
        if (!accepted[index]) refused += 1;
        // What has changed while it was fetched is not valid. Where it may be shown nevertheless this process does, as of the reading before: else a list that changes all the time would never be shown.
        const generations = accepted[index] ?? (staleMs > 0 ? tags.map(() => clock) : undefined);
        if (generations) layer.set(key, { tags, generations, filledAt, value, plain, bytes: payload.length });
      }
      counts.countFills(subgraph, { filled: fills.length - refused, refused });
    } catch (error) {
      log.warn({ err: error, subgraph, maxAgeMs, staleMs }, 'an answer could not be kept');
    }
  }

  /** Asks anew for what is shown as it was, unless somebody does already. Nobody waits for it. */
  private refresh(
    subgraph: Subgraph,
    request: SubgraphRequest,
    caching: FetchCaching,
    { wanted, positions, clock }: Missing,
    context: RequestContext,
  ): void {
    const keyOf = (position: number) => wanted[position]?.key ?? '';
    const due = positions.filter((position) => !this.refreshing.has(keyOf(position)));
    if (due.length === 0) return;
    for (const position of due) this.refreshing.add(keyOf(position));
    const own: RequestContext = { ...context, cancellation: new Cancellation(), changed: [], disclosed: undefined };
    let keeping: Promise<void> | undefined;
    const onKeeping = (kept: Promise<void>) => {
      keeping = kept;
    };
    void this.fetchMissing(subgraph, request, caching, { wanted, positions: due, clock }, own, onKeeping)
      .then(() => keeping)
      .catch((error: unknown) =>
        this.options.log.warn({ err: error }, 'what is shown as it was could not be asked for anew'),
      )
      .finally(() => {
        for (const position of due) this.refreshing.delete(keyOf(position));
      });
  }
}

interface Missing {
  readonly wanted: readonly Wanted[];
  readonly positions: readonly number[];
  /** When it was found to be missing. */
  readonly clock: string | undefined;
}

/** Moves on with each mutation of somebody, whatever the token allows: after it, they are shown nothing from before. */
function ownTag(subgraph: string, { identity }: RequestContext): Tag {
  return entityTag(subgraph, '@own', hash('sha256', personOf(identity), 'base64url'));
}

/** A request as of a time of the clock. Where that is not known, neither is what other processes have changed: it joins nothing that began before. */
function at(request: SubgraphRequest, clock: string | undefined): SubgraphRequest {
  return clock === undefined ? { ...request, alone: true } : { ...request, clock };
}

/** The keys and tags of what a request asks for: one for each representation, else one. */
function wantedOf(
  subgraph: string,
  { variables, representations, tags }: CachedRequest,
  { selection }: FetchCaching,
  rightsKey: string,
): Wanted[] {
  const common = `${subgraph}\n${rightsKey}\n${selection}\n${variables}\n`;
  return (representations ?? ['']).map((each, position) => ({
    key: hash('sha256', common + each, 'base64url'),
    tags: tags[position],
  }));
}
