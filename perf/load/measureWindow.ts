import { setTimeout as delay } from 'node:timers/promises';
import type { RunningGateway } from '../gateways/startGateway.ts';
import { cpuSeconds, type Memory, memoryOf } from '../processes/processUse.ts';
import type { Replay } from '../replay/startReplay.ts';
import type { Load } from './openLoad.ts';

/** What a gateway did in a span of time. */
export interface Window {
  readonly requestsPerSecond: number;
  /** Requests for each second of CPU time of the gateway, its threads included; undefined where it cannot be read. */
  readonly requestsPerCpuSecond: number | undefined;
  /** CPU time in relation to time: 1 is a whole core. */
  readonly cpu: number | undefined;
  readonly p50: number;
  readonly p99: number;
  /** The most that was seen. */
  readonly memory: Memory | undefined;
  /** Requests to subgraphs for each request. */
  readonly fetchesPerRequest: number;
  /** Requests to subgraphs that were new and had to be executed, which takes longer than a replay. */
  readonly recorded: number;
}

const MEMORY_EVERY_MS = 500;
/** Fewer answers say nothing; a slow gateway on a busy machine may need longer for them than a short window. */
const FEWEST_ANSWERS = 50;
const LONGEST_EXTRA_MS = 30_000;

/** Watches a gateway under a load that runs already, for so many seconds and until there are enough answers. Throws when it gives a wrong answer, or none. */
export async function measureWindow(
  load: Load,
  gateway: RunningGateway,
  replay: Replay,
  seconds: number,
): Promise<Window> {
  let memory: Memory | undefined;
  const look = () => {
    const now = memoryOf(gateway.pid);
    if (now && now.rss > (memory?.rss ?? 0)) memory = now;
  };
  const timer = setInterval(look, MEMORY_EVERY_MS);
  try {
    const trafficBefore = await replay.traffic();
    load.take();
    const cpuBefore = cpuSeconds(gateway.pid);
    await delay(seconds * 1000);
    await untilAnswered(load);
    const { requests, latencies, seconds: span } = load.take();
    const cpuAfter = cpuSeconds(gateway.pid);
    const trafficAfter = await replay.traffic();
    look();
    const used = cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore;
    return {
      requestsPerSecond: requests / span,
      requestsPerCpuSecond: used && requests / used,
      cpu: used && used / span,
      p50: latencies.quantile(0.5),
      p99: latencies.quantile(0.99),
      memory,
      fetchesPerRequest: (trafficAfter.requests - trafficBefore.requests) / requests,
      recorded: trafficAfter.recorded - trafficBefore.recorded,
    };
  } catch (error) {
    throw new Error(`${gateway.label}: ${(error as Error).message}\n${gateway.lastOutput()}`, { cause: error });
  } finally {
    clearInterval(timer);
  }
}

async function untilAnswered(load: Load): Promise<void> {
  const deadline = performance.now() + LONGEST_EXTRA_MS;
  while (load.answered() < FEWEST_ANSWERS) {
    if (performance.now() > deadline) throw new Error(`only ${load.answered()} answers`);
    await delay(50);
  }
}
