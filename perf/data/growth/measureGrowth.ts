import { Agent } from 'node:http';
import pg from 'pg';
import type { Platform } from '../../../infra/stack/src/platform.ts';
import { Latencies } from '../../load/latencies.ts';
import { post } from '../callers.ts';
import { gatewayTokens } from '../gatewayTokens.ts';
import type { Loaded } from '../loadLeads.ts';
import { postgresLog, superuserUrl } from '../stackUnderTest.ts';
import { explainGrown, explainRun } from './explain.ts';
import { type Asker, askers, type GrowthCase, type GrowthRead, growthReads, type Request } from './growthReads.ts';
import type { LoggedStatement } from './loggedStatements.ts';
import { buffersOf, monthsRead, type PlanNode, readWhole, type Shape, shapeOf } from './plans.ts';
import { type StatementLog, startStatementLog } from './statementLog.ts';

/** The size that has to be foretold. */
export const TEN_MILLION = 10_000_000;
/** Of cases with the same name, of how many the plan is looked at. */
const PLANS = 2;

/** What one kind of read cost with so many leads. */
export interface ReadGrowth extends Pick<GrowthRead, 'name' | 'kind' | 'theory'> {
  readonly statements: number;
  /** In the database: parsing, planning, execution. */
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Pages of 8 kB that were looked at, on average. */
  readonly buffers: number;
  /** Months that were read, at most, and how many plans read others than their dates touch. */
  readonly months: number;
  readonly notPruned: number;
  /** Months and other tables that were read from end to end. */
  readonly wholeMonths: readonly string[];
  readonly wholeTables: readonly string[];
  /** The plans' shapes by case, and those that there would be with ten million leads. */
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly grownShapes: Readonly<Record<string, Shape>>;
}

/** What all kinds of reads cost with so many leads. */
export interface SizeGrowth {
  readonly leads: number;
  /** When it was measured. */
  readonly at: string;
  readonly reads: readonly ReadGrowth[];
}

/** Asks the subgraphs for each kind of read, one request at a time, and takes times and statements from PostgreSQL's log. */
export async function measureGrowth(platform: Platform, { leads, origin }: Loaded): Promise<SizeGrowth> {
  const log = await startStatementLog(superuserUrl(platform, 'postgres'), postgresLog());
  const tokens = await tokensOf(platform);
  const agent = new Agent({ keepAlive: true });
  const stores = { leads: await connect(platform, 'leads'), agents: await connect(platform, 'agents') };
  try {
    const reads: ReadGrowth[] = [];
    for (const read of growthReads({ leads, origin })) {
      const send = async ({ query, variables }: Request) => {
        const { [read.asker]: token } = tokens;
        const to = { url: token.url(read.subgraph), token: token.of(read.subgraph) };
        return post(agent, to, JSON.stringify({ query, variables }));
      };
      const seen = await record(read, log, send);
      reads.push(await readGrowth(read, seen, stores[read.subgraph], TEN_MILLION / leads));
    }
    return { leads, at: new Date().toISOString(), reads };
  } finally {
    agent.destroy();
    for (const each of Object.values(tokens)) each.stop();
    for (const client of Object.values(stores)) await client.end();
    await log.stop();
  }
}

type Send = (request: Request) => Promise<string>;
type Seen = LoggedStatement & { readonly of: GrowthCase };

/** Sends each case once, after some to get warm, and finds its statement. */
async function record(read: GrowthRead, log: StatementLog, send: Send): Promise<Seen[]> {
  const requests: Request[] = [];
  for (const { request, behind } of read.cases) {
    const cursor = behind && /"cursor":"([^"]+)"/.exec(await send(behind))?.[1];
    requests.push(cursor ? { ...request, variables: { ...request.variables, after: cursor } } : request);
  }
  for (const request of requests.slice(0, 10)) await send(request);
  const logged = await log.during(async () => {
    for (const request of requests) await send(request);
  });
  const meant = logged.filter(({ sql }) => read.statement.test(sql));
  if (meant.length !== requests.length)
    throw new Error(`${read.name}: ${requests.length} requests sent ${meant.length} such statements`);
  return meant.map((statement, index) => ({ ...statement, of: read.cases[index] as GrowthCase }));
}

async function readGrowth(
  { name, kind, theory }: GrowthRead,
  seen: readonly Seen[],
  client: pg.Client,
  times: number,
): Promise<ReadGrowth> {
  const latencies = new Latencies();
  for (const { ms } of seen) latencies.add(ms);
  const sampled = sample(seen);
  const plans: PlanNode[] = [];
  for (const [, statement] of sampled) plans.push(await explainRun(client, statement));
  const grown = await explainGrown(
    client,
    times,
    sampled.map(([, statement]) => statement),
  );
  const shapes = (of: readonly PlanNode[]) =>
    Object.fromEntries(sampled.map(([key], index) => [key, shapeOf(of[index] as PlanNode)]));
  const whole = plans.flatMap(readWhole);
  const months = plans.map((plan) => monthsRead(plan).length);
  const notPruned = sampled.filter(
    ([, { of }], index) => (months[index] ?? 0) > (of.months ?? Number.POSITIVE_INFINITY),
  );
  return {
    ...{ name, kind, theory, statements: seen.length },
    ...{ medianMs: latencies.quantile(0.5), p95Ms: latencies.quantile(0.95) },
    buffers: plans.reduce((sum, plan) => sum + buffersOf(plan), 0) / plans.length,
    months: Math.max(...months),
    notPruned: notPruned.length,
    wholeMonths: distinct(whole.filter(({ isMonth }) => isMonth).map(({ table }) => table)),
    wholeTables: distinct(whole.filter(({ isMonth }) => !isMonth).map(({ table }) => table)),
    ...{ shapes: shapes(plans), grownShapes: shapes(grown) },
  };
}

/** Some of the cases with each name, with a key that is the same at every size. */
function sample(seen: readonly Seen[]): (readonly [key: string, statement: Seen])[] {
  const counts = new Map<string, number>();
  return seen.flatMap((statement) => {
    const { name } = statement.of;
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count < PLANS ? [[`${name} ${count + 1}`, statement] as const] : [];
  });
}

type Tokens = Awaited<ReturnType<typeof gatewayTokens>>;

async function tokensOf(platform: Platform): Promise<Readonly<Record<Asker, Tokens>>> {
  const { operator, partner, agent } = askers;
  return {
    operator: await gatewayTokens(platform, operator),
    partner: await gatewayTokens(platform, partner),
    agent: await gatewayTokens(platform, agent),
  };
}

/** A superuser's connection, whose statements are planned as those of the database's subgraph. */
async function connect(platform: Platform, database: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: superuserUrl(platform, database) });
  await client.connect();
  await client.query(
    `SELECT set_config(split_part(setting, '=', 1), split_part(setting, '=', 2), false)
     FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole CROSS JOIN unnest(setconfig) AS setting WHERE rolname = $1`,
    [database],
  );
  return client;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
