import { memoryOf } from '../processes/processUse.ts';
import type { Services } from './services.ts';

/** What the gateway takes of memory, MB (10^6 bytes); undefined where it is not known. */
export interface GatewayMemory {
  readonly rss: number | undefined;
  readonly pss: number | undefined;
  /** Of JavaScript: what is used of it, garbage included, and what has been taken for it. */
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
