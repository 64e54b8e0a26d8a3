import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seed } from '../../infra/stack/src/demo/seed.ts';
import { buildPackages } from '../../infra/stack/src/launcher/buildPackages.ts';
import { type Platform, startPlatform } from '../../infra/stack/src/platform.ts';
import { waitForTurn } from '../processes/waitForTurn.ts';
import { say } from '../report.ts';
import type { Killable } from '../subscriptions/killable.ts';
import { startCachingGateways } from './cachingGateways.ts';
import { type Checked, checkReads } from './checkReads.ts';
import { clientOf } from './client.ts';
import { bidOf, walletOf } from './hotEntities.ts';

/** Few, so that changes and reads of the same meet. */
const HOT_AGENTS = 8;
const IDENTITIES = 3;
/** Between two kills, and how long what was killed stays away. */
const KILL_EVERY_MS = 5_000;
const DOWN_MS = 500;
const WARM_MS = 60_000;

export interface StaleOptions {
  readonly seconds: number;
  readonly gateways: number;
  readonly fencing: boolean;
}

export interface StaleFigures extends StaleOptions {
  readonly checked: Checked;
  readonly hits: number;
  readonly misses: number;
  readonly refused: number;
  /** How often each was killed. */
  readonly kills: Readonly<Record<string, number>>;
}

/** Runs the platform with several gateways that share a cache, kills them, NATS and Redis in turn, and lets clients look for stale reads. */
export async function measureStale({ seconds, gateways: count, fencing }: StaleOptions): Promise<StaleFigures> {
  await waitForTurn();
  const folder = mkdtempSync(join(tmpdir(), 'leadgraph-perf-stale-'));
  say('… starting the platform');
  const platform = await startPlatform({ folder, built: buildPackages(process.env), say });
  try {
    const operator = await platform.issueToken({ kind: 'OPERATOR', sub: 'perf' });
    await seed({ graphqlUrl: platform.urls.graphql, operatorToken: operator });
    await platform.service('gateway').stop();
    const env = { ENTITY_CACHE_FENCING: String(fencing) };
    const { gateways, close } = await startCachingGateways(platform, { count, env });
    try {
      await until(async () =>
        (await Promise.all(gateways.map((each) => each.count('entity_cache_on')))).every(Boolean),
      );
      const { growing, followed } = await hotEntities(gateways[0]?.url ?? '', operator, platform.issueToken);
      const tokens = await Promise.all(
        Array.from({ length: IDENTITIES }, (_, index) =>
          platform.issueToken({ kind: 'OPERATOR', sub: `perf-${index}` }),
        ),
      );
      const stopping = new AbortController();
      const totals = { hits: 0, misses: 0, refused: 0 };
      const add = async () => {
        for (const gateway of gateways) await collect(gateway);
      };
      const collect = async ({ count: read }: (typeof gateways)[number]) => {
        totals.hits += await read('entity_cache_lookups_total', 'result="hits"');
        totals.misses += await read('entity_cache_lookups_total', 'result="misses"');
        totals.refused += await read('entity_cache_fills_total', 'result="refused"');
      };
      say(`… ${seconds} s of changes and reads at ${count} gateways${fencing ? '' : ', without fencing'}`);
      const checking = checkReads({ gateways, growing, followed, tokens, signal: stopping.signal });
      const kills: Record<string, number> = {};
      const stores = [storeOf('NATS', platform.service('nats')), storeOf('Redis', platform.service('redis'))];
      const killing = (async () => {
        for (let turn = 0; !stopping.signal.aborted; turn += 1) {
          await delay(KILL_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {}); // it is over
          if (stopping.signal.aborted) return;
          const gateway = gateways[turn % count];
          // Two gateways, then one of the stores.
          const victim = turn % 3 === 2 ? stores[Math.floor(turn / 3) % 2] : gateway;
          if (!victim) continue;
          // Its counts end with it.
          if (victim === gateway && gateway) await collect(gateway);
          kills[victim.name] = (kills[victim.name] ?? 0) + 1;
          await victim.kill();
          await delay(DOWN_MS);
          await victim.start();
        }
      })();
      await delay(seconds * 1_000);
      stopping.abort();
      const [checked] = await Promise.all([checking, killing]);
      await add();
      return { seconds, gateways: count, fencing, checked, ...totals, kills };
    } finally {
      await close();
    }
  } finally {
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function hotEntities(
  url: string,
  operator: string,
  issueToken: (subject: { kind: 'AGENT'; sub: string }) => Promise<string>,
) {
  const ask = clientOf(url, operator);
  const query = '{ agents(first: 50) { edges { node { id campaigns { id bidCents } } } } }';
  interface Page {
    readonly agents: {
      readonly edges: readonly { readonly node: { id: string; campaigns: { id: string; bidCents: number }[] } }[];
    };
  }
  const { agents } = await ask<Page>(query);
  const hot = agents.edges
    .map(({ node }) => node)
    .filter(({ campaigns }) => campaigns.length > 0)
    .slice(0, HOT_AGENTS);
  const wallets = hot.map(({ id }) => walletOf(id));
  const bids = hot.flatMap(({ id, campaigns: [first] }) => (first ? [bidOf(first.id, id, first.bidCents)] : []));
  const followed = await Promise.all(
    hot.map(async ({ id }, index) => ({
      entity: wallets[index] as (typeof wallets)[number],
      token: await issueToken({ kind: 'AGENT', sub: id }),
    })),
  );
  return { growing: [...wallets, ...bids], followed };
}

function storeOf(name: string, service: ReturnType<Platform['service']>): Killable {
  return {
    name,
    pid: () => -1,
    start: () => service.start(),
    kill: () => service.kill('SIGKILL'),
    stop: () => service.stop(),
  };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WARM_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('the gateways do not keep answers');
    await delay(100);
  }
}
