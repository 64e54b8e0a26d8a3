import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SingleBar } from 'cli-progress';
import pg from 'pg';
import type { Platform } from '../../infra/stack/src/platform.ts';
import { say } from '../report.ts';
import { copyRows } from './copyRows.ts';
import { loadedLead, type Rows, type StoreName, surroundings } from './loadedLeads.ts';
import { superuserUrl } from './stackUnderTest.ts';

/** Leads come in so many at a time. */
export const CHUNK = 2_000;
const stores: readonly StoreName[] = ['leads', 'agents', 'payments'];

export interface Loaded {
  /** How many leads are there; more than were asked for when an earlier measurement loaded more. */
  readonly leads: number;
  /** When the first of them were loaded: their times are counted back from it. */
  readonly origin: Date;
  /** How many this run loaded, and the seconds that it copied, and then counted and analysed. */
  readonly copied: number;
  readonly copySeconds: number;
  readonly finishSeconds: number;
}

/**
 * Loads leads with their offers, quotes, holds and charges into the stores by COPY, in chunks: what a store has stands in its table `perf.chunk`, so an interrupted run goes on where it
 * stopped. No subgraph runs meanwhile. Afterwards the reports are counted and the tables analysed; of how many chunks that was done stands in `perf.counted`.
 */
export async function loadLeads(platform: Platform, wanted: number): Promise<Loaded> {
  const clients = await Promise.all(stores.map(async (name) => [name, await open(platform, name)] as const));
  try {
    const origin = await originOf(clients);
    const there = await Promise.all(clients.map(async ([name, client]) => [name, await chunksOf(client)] as const));
    const chunks = Math.ceil(wanted / CHUNK);
    const loaded = new Map(there);
    const lacks = (name: StoreName, chunk: number) => !loaded.get(name)?.has(chunk);
    const missing = Array.from({ length: chunks }, (_, chunk) => chunk).filter((chunk) =>
      stores.some((name) => lacks(name, chunk)),
    );
    // Chunks are copied in turn: a store has all of those before its last one.
    const whole = Math.max(chunks, Math.min(...there.map(([, numbers]) => numbers.size)));
    const isCounted = missing.length === 0 && (await countedChunks(clients)) >= whole;
    let [copySeconds, finishSeconds] = [0, 0];
    if (!isCounted) {
      for (const name of stores) await platform.service(name).stop();
      if (missing.length > 0)
        copySeconds = await secondsOf(() => copyChunks({ clients, origin, missing, lacks, chunks }));
      finishSeconds = await secondsOf(() => finish(platform, clients));
      await noteCounted(clients, whole);
      for (const name of stores) await platform.service(name).start();
    }
    return { leads: CHUNK * whole, origin, copied: CHUNK * missing.length, copySeconds, finishSeconds };
  } finally {
    for (const [, client] of clients) await client.end();
  }
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}

type Clients = readonly (readonly [StoreName, pg.Client])[];

async function open(platform: Platform, name: StoreName): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: superuserUrl(platform, name) });
  await client.connect();
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS perf;
    CREATE TABLE IF NOT EXISTS perf.chunk (number int PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS perf.origin (at timestamptz(3) NOT NULL);
    CREATE TABLE IF NOT EXISTS perf.counted (chunks int NOT NULL);
    -- Rows that fit together need no check of each.
    SET session_replication_role = replica;
    SET synchronous_commit = off;
  `);
  return client;
}

/** When loading began; kept with the leads. The first run also loads what leads refer to. */
async function originOf(clients: Clients): Promise<Date> {
  const now = new Date();
  let origin: Date | undefined;
  for (const [name, client] of clients) {
    const { rows } = await client.query<{ at: Date }>('SELECT at FROM perf.origin');
    const [known] = rows;
    origin ??= known?.at ?? now;
    if (!known) {
      const at = origin;
      await inTransaction(client, async () => {
        await copyAll(client, [surroundings(at)[name]]);
        await client.query('INSERT INTO perf.origin VALUES ($1)', [at]);
      });
    }
  }
  return origin ?? now;
}

async function chunksOf(client: pg.Client): Promise<ReadonlySet<number>> {
  const { rows } = await client.query<{ number: number }>('SELECT number FROM perf.chunk');
  return new Set(rows.map(({ number }) => number));
}

/** Of how many chunks the reports were counted and the tables analysed; 0 when that was never finished. */
async function countedChunks(clients: Clients): Promise<number> {
  const counted = await Promise.all(
    clients.map(async ([, client]) => {
      const { rows } = await client.query<{ chunks: number }>('SELECT max(chunks) AS chunks FROM perf.counted');
      return rows[0]?.chunks ?? 0;
    }),
  );
  return Math.min(...counted);
}

async function noteCounted(clients: Clients, chunks: number): Promise<void> {
  for (const [, client] of clients) await client.query('INSERT INTO perf.counted VALUES ($1)', [chunks]);
}

interface Copying {
  readonly clients: Clients;
  readonly origin: Date;
  readonly missing: readonly number[];
  readonly lacks: (name: StoreName, chunk: number) => boolean;
  readonly chunks: number;
}

async function copyChunks({ clients, origin, missing, lacks, chunks }: Copying): Promise<void> {
  const bar = new SingleBar({
    format: '{bar} {value}/{total} leads  {duration_formatted}  {eta_formatted} left',
    stream: process.stderr,
  });
  let done = (chunks - missing.length) * CHUNK;
  bar.start(chunks * CHUNK, done);
  try {
    for (const chunk of missing) {
      const leads = Array.from({ length: CHUNK }, (_, index) => loadedLead(chunk * CHUNK + index, origin));
      await Promise.all(
        clients
          .filter(([name]) => lacks(name, chunk))
          .map(([name, client]) =>
            inTransaction(client, async () => {
              await copyAll(
                client,
                leads.map((lead) => lead[name]),
              );
              await client.query('INSERT INTO perf.chunk VALUES ($1)', [chunk]);
            }),
          ),
      );
      done += CHUNK;
      bar.update(done);
    }
  } finally {
    bar.stop();
  }
}

async function copyAll(client: pg.Client, all: readonly Rows[]): Promise<void> {
  for (const table of Object.keys(all[0] ?? {})) {
    await copyRows(
      client,
      table,
      all.flatMap((rows) => rows[table] ?? []),
    );
  }
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** What follows from the rows: wallets' balances, the reports' sums, the planner's statistics. */
async function finish(platform: Platform, clients: Clients): Promise<void> {
  say('… counting the reports and analysing the tables');
  const payments = clients.find(([name]) => name === 'payments')?.[1];
  await payments?.query(`
    UPDATE wallet SET balance_cents = -total
    FROM (SELECT account_id, sum(amount_cents) AS total FROM posting GROUP BY account_id) AS sums WHERE account_id = agent_id`);
  for (const name of ['leads', 'agents'] as const) {
    execFileSync(
      process.execPath,
      [fileURLToPath(new URL(`../../subgraphs/${name}/dist/maintenance.js`, import.meta.url)), 'rebuild-reports'],
      {
        env: { PATH: process.env.PATH, [`${name.toUpperCase()}_DATABASE_URL`]: superuserUrl(platform, name) },
        stdio: ['ignore', 'ignore', 2],
      },
    );
  }
  for (const [, client] of clients) await client.query('VACUUM ANALYZE');
  await payments?.query('CHECKPOINT');
}
