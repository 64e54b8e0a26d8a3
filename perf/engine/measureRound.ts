import { setTimeout as delay } from 'node:timers/promises';
import type { RunningGateway } from '../gateways/startGateway.ts';
import { openLoad } from '../load/openLoad.ts';
import { cpuSeconds, type Memory, memoryOf } from '../processes/processUse.ts';

/** The load of one gateway. */
export interface RoundOptions {
  readonly gateway: RunningGateway;
  readonly connections: number;
  readonly next: () => Buffer;
  readonly expectedLength: number;
  readonly seconds: number;
}

/** What one gateway did in one round. */
export interface Round {
  readonly requestsPerSecond: number;
  /** Requests for each second of CPU time of the gateway, its threads included; undefined where it cannot be read. */
  readonly requestsPerCpuSecond: number | undefined;
  /** CPU time in relation to time: 1 is a whole core. */
  readonly cpu: number | undefined;
  readonly p50: number;
  readonly p99: number;
  /** The most that was seen. */
  readonly memory: Memory | undefined;
}

/** Connections open and load runs for so long before anything is counted. */
const RAMP_MS = 300;
const MEMORY_EVERY_MS = 500;

/** Loads one gateway for some seconds. Throws when it gives a wrong answer, or none. */
export async function measureRound({ gateway, seconds, ...load }: RoundOptions): Promise<Round> {
  const running = await openLoad({ port: gateway.port, ...load });
  let memory: Memory | undefined;
  const look = () => {
    const now = memoryOf(gateway.pid);
    if (now && now.rss > (memory?.rss ?? 0)) memory = now;
  };
  const timer = setInterval(look, MEMORY_EVERY_MS);
  try {
    await delay(RAMP_MS);
    running.take();
    const before = cpuSeconds(gateway.pid);
    await delay(seconds * 1000);
    const { requests, latencies, seconds: span } = running.take();
    const after = cpuSeconds(gateway.pid);
    look();
    if (requests === 0) throw new Error(`no answer in ${seconds} s`);
    const used = before === undefined || after === undefined ? undefined : after - before;
    return {
      requestsPerSecond: requests / span,
      requestsPerCpuSecond: used && requests / used,
      cpu: used && used / span,
      p50: latencies.quantile(0.5),
      p99: latencies.quantile(0.99),
      memory,
    };
  } catch (error) {
    throw new Error(`${gateway.label}: ${(error as Error).message}\n${gateway.lastOutput()}`, { cause: error });
  } finally {
    clearInterval(timer);
    running.close();
  }
}
