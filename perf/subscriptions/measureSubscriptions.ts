import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeKeys } from '../gateways/keys.ts';
import { assignCores } from '../processes/cores.ts';
import { cpuSeconds } from '../processes/processUse.ts';
import { waitForTurn } from '../processes/waitForTurn.ts';
import { say } from '../report.ts';
import { machineOf } from '../testBed.ts';
import { CalmUse, type CoreUse } from './calmUse.ts';
import { checkDeliveries, type Deliveries } from './checkDeliveries.ts';
import { type GatewayMemory, gatewayMemory } from './gatewayMemory.ts';
import { type Kill, killAndStart, type Live } from './killInTurn.ts';
import { type LagFigures, lagFigures } from './lagFigures.ts';
import { type Published, Publisher } from './publisher.ts';
import { prepareServices, type Services } from './services.ts';
import { type Subscribers, startSubscribers } from './startSubscribers.ts';

export interface SubscriptionsAmount {
  readonly subscribers: number;
  /** Events a second. */
  readonly rate: number;
  readonly seconds: number;
}

/** What was measured. */
export interface SubscriptionsFigures {
  readonly machine: Readonly<Record<string, string>>;
  readonly amount: SubscriptionsAmount;
  readonly deliveries: Deliveries;
  readonly published: { readonly repeated: number; readonly stored: number };
  readonly reconnects: number;
  /** What subscribers were told that they should not have been: the first ones, and how many. */
  readonly faults: { readonly count: number; readonly first: readonly string[] };
  /** When publishing began, milliseconds since 1970. */
  readonly began: number;
  readonly kills: readonly Kill[];
  readonly memory: {
    readonly before: GatewayMemory;
    readonly connected: GatewayMemory;
    readonly served: GatewayMemory;
    readonly ended: GatewayMemory;
  };
  readonly lag: { readonly outside: LagFigures; readonly within: LagFigures };
  readonly connecting: { readonly seconds: number; readonly gatewayCpuSeconds: number | undefined };
  /** Of each program, before the first kill and after the last. */
  readonly cores: Readonly<Record<string, CoreUse>>;
}

/** Something is to happen to it while events come. */
interface Run extends Live {
  readonly services: Services;
  readonly seconds: number;
}

const SETTLE_MS = 3_000;
const LONGEST_WAIT_MS = 60_000;
/** After everything has come: doubles would come now. */
const ENDING_MS = 2_000;
const LOOK_MS = 100;
const FIRST_FAULTS = 5;
/** Nothing is sent to it; it is there before all others, so that the gateway has planned the operation when its memory is looked at. */
const BYSTANDER = 'bystander';

/** Starts everything, lets subscribers subscribe, publishes while this and that is killed, and compares what came with what was sent. */
export async function measureSubscriptions(amount: SubscriptionsAmount): Promise<SubscriptionsFigures> {
  await waitForTurn();
  checkOpenFiles(amount.subscribers);
  const folder = mkdtempSync(join(tmpdir(), 'leadgraph-perf-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const cores = assignCores();
  const keys = makeKeys(folder);
  const services = await prepareServices({ folder, keys, cores, subscribers: amount.subscribers });
  const { gateway, subgraphs, nats, gatewayPort } = services;
  const subscribers = startSubscribers(cores.load);
  say(`${amount.subscribers} subscribers, about ${Math.ceil((amount.seconds + 60) / 60)} min; ${cores.remark}`);

  await nats.start();
  const ids = Array.from({ length: amount.subscribers }, (_, index) => `s-${index}`);
  const publisher = await Publisher.connect({ natsUrl: services.natsUrl, subscribers: ids, rate: amount.rate });
  await Promise.all([gateway, ...Object.values(subgraphs)].map((each) => each.start()));
  const identities = [BYSTANDER, ...ids].map((id) => ({ id, token: keys.tokenOf(id) }));
  const run = { services, publisher, subscribers, count: identities.length, seconds: amount.seconds };

  const url = `ws://127.0.0.1:${gatewayPort}/graphql`;
  await subscribers.connect(url, identities.slice(0, 1));
  await delay(SETTLE_MS);
  const before = await gatewayMemory(services);
  const connecting = await timeConnecting(run, () => subscribers.connect(url, identities.slice(1)));
  await delay(SETTLE_MS);
  const connected = await gatewayMemory(services);

  const { began, kills, served, cores: used } = await publishAndKill(run);
  const published = await publisher.stop();
  await untilComplete(subscribers, published);
  const ended = await gatewayMemory(services);
  const { reconnects } = await subscribers.status();
  const { delivered, arrivals } = await subscribers.results();
  await Promise.all([subscribers.stop(), services.stop()]);
  const faults = delivered.flatMap(({ id, faults: some }) => some.map((fault) => `${id}: ${fault}`));
  return {
    machine: machineOf({ cores }),
    amount,
    deliveries: checkDeliveries(published.times, delivered),
    published: { repeated: published.repeated, stored: published.stored },
    reconnects,
    faults: { count: faults.length, first: faults.slice(0, FIRST_FAULTS) },
    began,
    kills,
    memory: { before, connected, served, ended },
    lag: lagFigures(
      arrivals,
      kills.map(({ window }) => window),
    ),
    connecting,
    cores: used,
  };
}

async function timeConnecting({ services, count }: Run, connect: () => Promise<void>) {
  const pid = services.gateway.pid();
  const before = cpuSeconds(pid);
  const began = performance.now();
  await connect();
  const seconds = (performance.now() - began) / 1000;
  const after = cpuSeconds(pid);
  say(`  ${count} subscribers follow after ${seconds.toFixed(1)} s`);
  return { seconds, gatewayCpuSeconds: before === undefined || after === undefined ? undefined : after - before };
}

/** The gateway, the subgraph that owns the events and NATS are killed after a quarter, a half and three quarters of the time, but never before everything has been well for two seconds. */
async function publishAndKill(run: Run) {
  const { services, publisher, subscribers, seconds } = run;
  const { gateway, subgraphs, nats } = services;
  const calm = new CalmUse({
    gateway: () => [gateway.pid()],
    subscribers: () => subscribers.pids,
    subgraphs: () => Object.values(subgraphs).map(({ pid }) => pid()),
    nats: () => [nats.pid()],
  });
  calm.begin();
  const began = Date.now();
  const since = () => (Date.now() - began) / 1000;
  const until = (part: number) => delay(Math.max(0, part * seconds - since()) * 1000);
  publisher.start();
  await until(1 / 4);
  calm.end();
  const served = await gatewayMemory(services);
  const kills: Kill[] = [];
  for (const [index, each] of [gateway, subgraphs.offers, nats].entries()) {
    await until((index + 1) / 4);
    kills.push(await killAndStart(each, run));
  }
  calm.begin();
  await until(1);
  calm.end();
  return { began, kills, served, cores: calm.use };
}

async function untilComplete(subscribers: Subscribers, { times }: Published): Promise<void> {
  const sent = [...times.values()].reduce((sum, each) => sum + each.length, 0);
  const deadline = performance.now() + LONGEST_WAIT_MS;
  const isComplete = async () => {
    const { received, ended } = await subscribers.status();
    return received >= sent || ended > 0;
  };
  while (!(await isComplete()) && performance.now() < deadline) await delay(LOOK_MS);
  await delay(ENDING_MS);
}

/** Node takes as many as it is allowed to have, so what this process has is what the gateway will have. */
function checkOpenFiles(subscribers: number): void {
  const wanted = subscribers + 500;
  let allowed = Number.POSITIVE_INFINITY;
  try {
    const text = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    if (text !== undefined) allowed = Number(text);
  } catch {
    // Not known here.
  }
  if (allowed < wanted) {
    throw new Error(
      `A process may have ${allowed} open files here, and the gateway needs ${wanted} for ${subscribers} subscribers. Allow them ("ulimit -Hn ${wanted}"), or take fewer by --subscribers.`,
    );
  }
}
