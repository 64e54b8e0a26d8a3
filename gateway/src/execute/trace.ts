import type { FetchResult } from '../subgraph/fetchResult.js';

/** What one fetch of an execution did, for `extensions.plan`. Times in milliseconds since the execution began. */
export interface FetchTrace {
  readonly fetch: number;
  readonly startMs: number;
  readonly durationMs: number;
  /** Objects of the response that the fetch concerns. */
  readonly objects: number;
  /** Representations sent for them, each distinct one once. */
  readonly representations?: number;
  /** How many of these were in the cache; of a fetch from the root: 1 where its answer was. */
  readonly cached?: number;
  readonly bytes: number;
  /** The answer came from a fetch that was in flight already: of this operation, or of another request. */
  readonly sharedWith?: 'operation' | 'request';
  readonly error?: string;
}

/** Notes what the fetches of one execution do. */
export class Trace {
  readonly fetches: FetchTrace[] = [];
  private readonly began = performance.now();

  /** To be called when a fetch is sent; the function it returns, when its result is there. */
  begin(
    fetch: number,
    objects: number,
    representations: number | undefined,
  ): (result: FetchResult, inOperation: boolean) => void {
    const started = performance.now();
    return ({ bytes, shared, failure, cached }, inOperation) => {
      this.fetches.push({
        fetch,
        startMs: round(started - this.began),
        durationMs: round(performance.now() - started),
        objects,
        ...(representations !== undefined && { representations }),
        ...(cached !== undefined && { cached }),
        bytes,
        ...((inOperation || shared) && { sharedWith: inOperation ? 'operation' : 'request' }),
        ...(failure && { error: failure.code }),
      });
    };
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
