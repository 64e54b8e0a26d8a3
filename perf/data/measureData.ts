import { cpus } from 'node:os';
import pg from 'pg';
import type { Platform } from '../../infra/stack/src/platform.ts';
import { waitForTurn } from '../processes/waitForTurn.ts';
import { say } from '../report.ts';
import { type Answers, type Calling, call } from './callers.ts';
import { gatewayTokens } from './gatewayTokens.ts';
import type { GrowthFigures } from './growth/growthReport.ts';
import { loadGrowing } from './growth/loadGrowing.ts';
import type { Loaded } from './loadLeads.ts';
import { type MixedLevel, mixedLoad } from './mixedLoad.ts';
import { leaveOnlyStores, startStack, superuserUrl } from './stackUnderTest.ts';
import { type Statement, statementsOn } from './statements.ts';
import { untilPublished } from './untilPublished.ts';
import { type Connections, watchConnections } from './watchConnections.ts';

/** What the earlier users asked for: 50 requests a second were 100 of them. */
const RATE = 0.5;
const CHANGEABLE = 50_000;
/** Requests of a single caller. */
const ALONE_S = 3;

export interface DataOptions {
  readonly leads: number;
  /** For how long each number of callers asks each kind of statement. */
  readonly seconds: number;
  readonly fresh: boolean;
}

/** What the callers of a statement had, together with the connections that were used. */
export interface Level extends Answers, Connections {}

export interface Measured extends Pick<Statement, 'name' | 'earlierMs' | 'aloneP95Ms'> {
  readonly alone: Level;
  /** At the pace of the earlier users, then as fast as answers come. */
  readonly at100: { readonly paced: Level; readonly flatOut: Level };
  readonly at500: { readonly paced: Level; readonly flatOut: Level };
}

export interface DataFigures {
  readonly machine: Readonly<Record<string, string>>;
  readonly loaded: Loaded;
  readonly growth: GrowthFigures;
  readonly statements: readonly Measured[];
  readonly mixed: readonly MixedLevel[];
}

/** Loads what is missing, and lets callers ask the subgraphs for each kind of statement. */
export async function measureData({ leads, seconds, fresh }: DataOptions): Promise<DataFigures> {
  await waitForTurn();
  const platform = await startStack({ fresh });
  try {
    const { loaded, growth } = await loadGrowing(platform, leads);
    await leaveOnlyStores(platform);
    const statements = statementsOn(loaded, await changeableLeads(platform));
    const tokens = await gatewayTokens(platform);
    const connections = await watchConnections(superuserUrl(platform, 'postgres'), ['leads', 'agents']);
    const measured: Measured[] = [];
    let mixed: readonly MixedLevel[];
    try {
      for (const statement of statements)
        measured.push(await measure(statement, { platform, tokens, seconds, connections }));
      const settled = () => untilPublished(platform);
      mixed = await mixedLoad({ statements, tokens, seconds, rate: RATE, connections, settled });
    } finally {
      tokens.stop();
      await connections.stop();
    }
    const [cpu] = cpus();
    const machine = { node: `Node ${process.versions.node}`, cpu: `${cpus().length} × ${cpu?.model ?? 'unknown'}` };
    return { machine, loaded, growth, statements: measured, mixed };
  } finally {
    await platform.stop();
  }
}

interface Means extends Pick<Calling, 'tokens' | 'seconds'> {
  readonly platform: Platform;
  readonly connections: { take(): Connections };
}

async function measure(statement: Statement, { platform, tokens, seconds, connections }: Means): Promise<Measured> {
  const level = async (calling: Pick<Calling, 'callers' | 'seconds' | 'rate'>): Promise<Level> => {
    connections.take();
    const answers = await call({ statement, tokens, ...calling });
    const used = connections.take();
    await untilPublished(platform);
    return { ...answers, ...used };
  };
  const both = async (callers: number) => ({
    paced: await level({ callers, seconds, rate: RATE }),
    flatOut: await level({ callers, seconds: seconds / 2 }),
  });
  await level({ callers: 4, seconds: 1 }); // plans, caches
  const alone = await level({ callers: 1, seconds: Math.min(ALONE_S, seconds) });
  const { name, earlierMs, aloneP95Ms } = statement;
  const at100 = await both(100);
  const at500 = await both(500);
  say(`  ${name}: ${at100.paced.meanMs.toFixed(1)} ms at 100, ${at500.paced.meanMs.toFixed(1)} ms at 500`);
  return { name, earlierMs, ...(aloneP95Ms !== undefined && { aloneP95Ms }), alone, at100, at500 };
}

/** Leads whose consent has not been revoked yet, in no order. */
async function changeableLeads(platform: Platform): Promise<string[]> {
  const client = new pg.Client({ connectionString: superuserUrl(platform, 'leads') });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM lead WHERE status IN ('SOLD', 'EXPIRED', 'DISQUALIFIED', 'NEEDS_REVIEW') AND NOT is_test
       ORDER BY md5(id::text) LIMIT $1`,
      [CHANGEABLE],
    );
    return rows.map(({ id }) => id);
  } finally {
    await client.end();
  }
}
