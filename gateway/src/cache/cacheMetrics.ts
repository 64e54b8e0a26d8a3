import { Counter, type Registry } from 'prom-client';

/** What the cache does, counted. */
export interface CacheCounts {
  /** Readings of the store that failed: their fetches went to the subgraphs. */
  failedReadings: number;
  count(subgraph: string, found: { readonly hits: number; readonly misses: number; readonly stale: number }): void;
  countFills(subgraph: string, fills: { readonly filled: number; readonly refused: number }): void;
}

const RESULTS = ['hits', 'misses', 'stale'] as const;
const FILLS = ['filled', 'refused'] as const;

/** Counts by additions, read when somebody asks. */
export function createCacheCounts(registry: Registry): CacheCounts {
  const registers = [registry];
  const lookups = new Map<string, { hits: number; misses: number; stale: number }>();
  const fills = new Map<string, { filled: number; refused: number }>();
  const counts: CacheCounts = {
    failedReadings: 0,
    count(subgraph, found) {
      const counted = lookups.get(subgraph) ?? { hits: 0, misses: 0, stale: 0 };
      lookups.set(subgraph, counted);
      for (const result of RESULTS) counted[result] += found[result];
    },
    countFills(subgraph, given) {
      const counted = fills.get(subgraph) ?? { filled: 0, refused: 0 };
      fills.set(subgraph, counted);
      for (const result of FILLS) counted[result] += given[result];
    },
  };
  new Counter({
    name: 'entity_cache_lookups_total',
    help: 'Entities, and answers of root fields, that were looked up in the cache, by subgraph and result (hits, misses, stale: shown as it was while it is asked for anew).',
    labelNames: ['subgraph', 'result'],
    registers,
    collect() {
      this.reset();
      for (const [subgraph, counted] of lookups)
        for (const result of RESULTS) this.inc({ subgraph, result }, counted[result]);
    },
  });
  new Counter({
    name: 'entity_cache_fills_total',
    help: 'Values that were to be kept, by subgraph and result (filled, refused: something in them had changed meanwhile, or it was not known that it had not; they were too large; or Redis was away).',
    labelNames: ['subgraph', 'result'],
    registers,
    collect() {
      this.reset();
      for (const [subgraph, counted] of fills)
        for (const result of FILLS) this.inc({ subgraph, result }, counted[result]);
    },
  });
  new Counter({
    name: 'entity_cache_failed_readings_total',
    help: 'Readings of the cache that failed: what they were for was asked of the subgraphs.',
    registers,
    collect() {
      this.reset();
      this.inc(counts.failedReadings);
    },
  });
  return counts;
}
