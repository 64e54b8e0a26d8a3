import { cpus } from 'node:os';
import { subgraphNames } from '../../infra/stack/src/config.ts';
import type { Platform } from '../../infra/stack/src/platform.ts';
import { loadLeads } from '../data/loadLeads.ts';
import { startStack, superuserUrl } from '../data/stackUnderTest.ts';
import { untilPublished } from '../data/untilPublished.ts';
import { watchConnections } from '../data/watchConnections.ts';
import { waitForTurn } from '../processes/waitForTurn.ts';
import { say } from '../report.ts';
import { countedBetween, readCounters } from './counters.ts';
import { createRequests, type Kind, type Mix, mixes, type Requests } from './requests.ts';
import { runUsers } from './users.ts';
import { type VariantName, variants } from './variants.ts';

/** As many as ask without a pause while the caches are warmed. */
const WARMING_USERS = 50;
const NEW_LEADS_S = 3;
/** For all leads to be asked for. */
const MOST_WARMING_S = 120;

export interface StoreOptions {
  readonly users: number;
  /** Of each mix in each variant; each variant is warmed for as long before. */
  readonly seconds: number;
  readonly leads: number;
  readonly thinkMs: number;
}

export interface KindOfMix {
  readonly kind: Kind;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly lookups: number;
  readonly hits: number;
}

export interface MixFigures extends ReturnType<typeof countedBetween> {
  readonly variant: VariantName;
  readonly mix: Mix;
  readonly requests: number;
  readonly perSecond: number;
  readonly statementsPerRequest: number;
  /** Server connections, and those of them with something under way: the most at a time, over the four databases. */
  readonly most: number;
  readonly mostBusy: number;
  readonly kinds: readonly KindOfMix[];
}

export interface StoreFigures {
  readonly machine: Readonly<Record<string, string>>;
  readonly options: StoreOptions;
  readonly leads: number;
  readonly pooler: boolean;
  readonly mixes: readonly MixFigures[];
}

/** Runs the platform in each variant, one after the other on the same data, and lets the users ask through the gateway. */
export async function measureStore(options: StoreOptions): Promise<StoreFigures> {
  await waitForTurn();
  const measured: MixFigures[] = [];
  let [leads, pooler] = [0, false];
  for (const { name, label, serviceEnv } of variants) {
    const platform = await startStack({ name: 'store', serviceEnv });
    try {
      const loaded = await loadLeads(platform, options.leads);
      leads = loaded.leads;
      pooler = platform.services.includes('pgbouncer');
      say(`… ${label}`);
      const requests = await createRequests(loaded, platform.issueToken);
      await prepare(platform, requests, options, name === 'cache');
      for (const mix of mixes)
        measured.push({ variant: name, mix, ...(await measure(platform, () => requests.next(mix), options)) });
    } finally {
      await platform.stop();
    }
  }
  const [cpu] = cpus();
  const machine = { node: `Node ${process.versions.node}`, cpu: `${cpus().length} × ${cpu?.model ?? 'unknown'}` };
  return { machine, options, leads, pooler, mixes: measured };
}

/** Makes some leads that can be priced and qualified, waits until they have been through all subgraphs, and has what is kept asked for: each lead once where answers are kept, then as it is measured. */
async function prepare(platform: Platform, requests: Requests, { seconds }: StoreOptions, keeps: boolean) {
  const url = platform.urls.gateway;
  await runUsers({ url, users: 2, seconds: NEW_LEADS_S, thinkMs: 200, next: () => requests.next('new leads') });
  await untilPublished(platform);
  if (keeps) await runUsers({ url, users: WARMING_USERS, seconds: MOST_WARMING_S, thinkMs: 0, next: requests.each() });
  await runUsers({ url, users: WARMING_USERS, seconds, thinkMs: 1, next: () => requests.next('what is kept') });
}

async function measure(
  platform: Platform,
  next: Parameters<typeof runUsers>[0]['next'],
  { users, seconds, thinkMs }: StoreOptions,
) {
  const url = platform.urls.gateway;
  const connections = await watchConnections(superuserUrl(platform, 'postgres'), subgraphNames);
  try {
    const before = await readCounters(platform);
    connections.take();
    const { kinds, seconds: took } = await runUsers({ url, users, seconds, thinkMs, next });
    const counted = countedBetween(before, await readCounters(platform));
    const all = [...kinds.values()].reduce((sum, { requests }) => sum + requests, 0);
    say(`  ${Math.round(all / took)} requests/s, ${(counted.requestStatements / all).toFixed(2)} statements a request`);
    return {
      ...{ ...counted, ...connections.take(), requests: all, perSecond: all / took },
      statementsPerRequest: counted.requestStatements / all,
      kinds: [...kinds].map(([kind, { latencies, ...rest }]) => ({
        ...{ kind, ...rest, p50Ms: latencies.quantile(0.5) },
        ...{ p95Ms: latencies.quantile(0.95), p99Ms: latencies.quantile(0.99) },
      })),
    };
  } finally {
    await connections.stop();
  }
}
