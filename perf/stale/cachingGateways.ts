import { join } from 'node:path';
import { PROJECT_ROOT } from '../../infra/stack/src/config.ts';
import type { Platform } from '../../infra/stack/src/platform.ts';
import { freePorts } from '../../infra/stack/src/processes/freePorts.ts';
import { type Killable, killableChild } from '../subscriptions/killable.ts';
import { type DelayingProxy, startDelayingProxy } from './delayingProxy.ts';

/** A gateway that may be killed. */
export interface CachingGateway extends Killable {
  readonly url: string;
  /** What it has counted of a metric since it was started, over all labels but those given. 0 while it is away. */
  count(metric: string, labels?: string): Promise<number>;
}

export interface CachingGateways {
  readonly gateways: readonly CachingGateway[];
  close(): Promise<void>;
}

/** Gateways that share a cache, over the platform's subgraphs, with a proxy between that holds answers back. */
export async function startCachingGateways(
  { urls, keys }: Platform,
  { count, env }: { readonly count: number; readonly env: Readonly<Record<string, string>> },
): Promise<CachingGateways> {
  const proxies: Record<string, DelayingProxy> = {};
  for (const [name, url] of Object.entries(urls.subgraphs)) proxies[name] = await startDelayingProxy(url);
  const subgraphUrls = Object.fromEntries(Object.entries(proxies).map(([name, { url }]) => [name, url]));
  const ports = await freePorts(count);
  const gateways = ports.map((port, index): CachingGateway => {
    const url = `http://127.0.0.1:${port}`;
    const launch = {
      name: `gateway ${index + 1}`,
      args: [join(PROJECT_ROOT, 'gateway/dist/main.js')],
      cores: undefined,
      env: {
        ...{ PORT: `${port}`, LOG_LEVEL: 'warn', ENTITY_CACHE: 'true' },
        ...{ NATS_URL: urls.nats, REDIS_URL: urls.redis, SUBGRAPH_URLS: JSON.stringify(subgraphUrls) },
        ...{ GATEWAY_SIGNING_KEY_FILE: keys.gatewaySigningKeyFile, JWKS_FILE: keys.issuerJwksFile },
        CURSOR_KEY: keys.cursorKey,
        ...env,
      },
    };
    const killable = killableChild(launch, async () => (await fetch(`${url}/health/ready`)).ok);
    return { ...killable, url, count: (metric, labels = '') => readCount(url, metric, labels) };
  });
  await Promise.all(gateways.map((gateway) => gateway.start()));
  return {
    gateways,
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
    },
  };
}

async function readCount(url: string, metric: string, labels: string): Promise<number> {
  const text = await fetch(`${url}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
