import { type SubgraphName, subgraphNames } from '../../infra/stack/src/config.ts';
import type { Platform } from '../../infra/stack/src/platform.ts';
import { type Buckets, between, bucketQuantile, bucketsOf, parseMetrics, type Sample, sumOf } from './scrape.ts';

/** What the processes have counted so far. */
export interface Counters {
  readonly statements: number;
  /** Of requests alone: not of consumers, relays, sweepers. */
  readonly requestStatements: number;
  readonly refusals: number;
  readonly waits: Buckets;
  readonly cache: Readonly<Record<SubgraphName, { readonly hits: number; readonly misses: number }>>;
}

export async function readCounters({ urls }: Platform): Promise<Counters> {
  const subgraphs = (await Promise.all(subgraphNames.map((name) => page(urls.subgraphs[name])))).flat();
  const gateway = await page(urls.gateway);
  const lookups = (subgraph: string, ...results: string[]) =>
    results.reduce((sum, result) => sum + sumOf(gateway, 'entity_cache_lookups_total', { subgraph, result }), 0);
  return {
    statements: sumOf(subgraphs, 'sql_statements_total'),
    requestStatements: sumOf(subgraphs, 'sql_statements_total', { origin: 'request' }),
    refusals: sumOf(subgraphs, 'store_connection_refusals_total'),
    waits: bucketsOf(subgraphs, 'store_connection_wait_seconds', { lane: 'request' }),
    cache: Object.fromEntries(
      subgraphNames.map((name) => [name, { hits: lookups(name, 'hits', 'stale'), misses: lookups(name, 'misses') }]),
    ) as Counters['cache'],
  };
}

/** What was counted in between, and 99 of 100 waits for a connection, ms. */
export function countedBetween(before: Counters, after: Counters) {
  const hitsOf = (name: SubgraphName) => {
    const hits = after.cache[name].hits - before.cache[name].hits;
    const all = hits + after.cache[name].misses - before.cache[name].misses;
    return all === 0 ? undefined : (100 * hits) / all;
  };
  return {
    statements: after.statements - before.statements,
    requestStatements: after.requestStatements - before.requestStatements,
    refusals: after.refusals - before.refusals,
    waitP99Ms: 1_000 * bucketQuantile(between(before.waits, after.waits), 0.99),
    hitsPercent: Object.fromEntries(subgraphNames.map((name) => [name, hitsOf(name)])),
  };
}

async function page(url: string): Promise<Sample[]> {
  return parseMetrics(await (await fetch(new URL('/metrics', url))).text());
}
