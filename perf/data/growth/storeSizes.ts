import pg from 'pg';
import type { Platform } from '../../../infra/stack/src/platform.ts';
import { superuserUrl } from '../stackUnderTest.ts';

/** What a store takes on disk, bytes. */
export interface StoreSize {
  readonly store: string;
  readonly total: number;
  /** Its largest tables with all their months and indexes, and the part of the indexes. */
  readonly tables: readonly { readonly name: string; readonly total: number; readonly indexes: number }[];
}

const SHOWN = 4;

export async function storeSizes(platform: Platform): Promise<StoreSize[]> {
  const sizes: StoreSize[] = [];
  for (const store of ['leads', 'agents', 'payments']) {
    const client = new pg.Client({ connectionString: superuserUrl(platform, store) });
    await client.connect();
    try {
      const { rows } = await client.query<{ name: string; total: string; indexes: string }>(
        `SELECT root.relname AS name, sum(pg_total_relation_size(part.relid)) AS total, sum(pg_indexes_size(part.relid)) AS indexes
         FROM pg_class AS root, pg_partition_tree(root.oid) AS part
         WHERE root.relnamespace = 'public'::regnamespace AND root.relkind = 'p' AND part.isleaf
         GROUP BY root.relname
         UNION ALL
         SELECT relname, pg_total_relation_size(oid), pg_indexes_size(oid) FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relispartition
         ORDER BY total DESC LIMIT ${SHOWN}`,
      );
      const { rows: totals } = await client.query<{ total: string }>(
        'SELECT pg_database_size(current_database()) AS total',
      );
      sizes.push({
        ...{ store, total: Number(totals[0]?.total ?? 0) },
        tables: rows.map(({ name, total, indexes }) => ({
          name,
          total: Number(total),
          indexes: Number(indexes),
        })),
      });
    } finally {
      await client.end();
    }
  }
  return sizes;
}
