import { cpuSeconds, memoryOf } from '../processes/processUse.ts';
import type { Services } from './services.ts';

/** What the gateway takes of memory, MB (10^6 bytes); undefined where it is not known. */
export interface GatewayMemory {
  readonly rss: number | undefined;
  readonly pss: number | undefined;
  /** Of JavaScript: what is used of it, and what has been taken for it. */
  readonly heapUsed: number | undefined;
  readonly heapTotal: number | undefined;
  /** Buffers outside of it. */
  readonly external: number | undefined;
}

/** Looks at the gateway's process and asks it for its metrics. */
export async function gatewayMemory({ gateway, gatewayPort }: Services): Promise<GatewayMemory> {
  const metrics = await fetch(`http://127.0.0.1:${gatewayPort}/metrics`).then(
    (response) => response.text(),
    () => '',
  );
  const megabytes = (name: string) => {
    const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics)?.[1];
    return value === undefined ? undefined : Number(value) / 1e6;
  };
  const memory = memoryOf(gateway.pid());
  return {
    rss: memory?.rss,
    pss: memory?.pss,
    heapUsed: megabytes('nodejs_heap_size_used_bytes'),
    heapTotal: megabytes('nodejs_heap_size_total_bytes'),
    external: megabytes('nodejs_external_memory_bytes'),
  };
}

/** CPU time used so far, seconds; undefined where it is not known. */
export interface CpuUse {
  readonly gateway: number | undefined;
  readonly subscribers: number | undefined;
  readonly subgraphs: number | undefined;
  readonly nats: number | undefined;
}

export function cpuUse(services: Services, subscriberPids: readonly number[]): CpuUse {
  const sum = (pids: readonly number[]) =>
    pids.reduce<number | undefined>((total, pid) => {
      const seconds = cpuSeconds(pid);
      return total === undefined || seconds === undefined ? undefined : total + seconds;
    }, 0);
  return {
    gateway: sum([services.gateway.pid()]),
    subscribers: sum(subscriberPids),
    subgraphs: sum(Object.values(services.subgraphs).map(({ pid }) => pid())),
    nats: sum([services.nats.pid()]),
  };
}

/** Cores used between two looks that lie `seconds` apart. */
export function coresBetween(before: CpuUse, after: CpuUse, seconds: number): CpuUse {
  const share = (key: keyof CpuUse) => {
    const [from, to] = [before[key], after[key]];
    return from === undefined || to === undefined ? undefined : (to - from) / seconds;
  };
  return {
    gateway: share('gateway'),
    subscribers: share('subscribers'),
    subgraphs: share('subgraphs'),
    nats: share('nats'),
  };
}
