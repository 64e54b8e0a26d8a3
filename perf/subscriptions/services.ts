import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../infra/stack/src/processes/freePorts.ts';
import { ask } from '../gateways/ask.ts';
import { kindOf } from '../gateways/gatewayKinds.ts';
import type { Keys } from '../gateways/keys.ts';
import type { Cores } from '../processes/cores.ts';
import { composeOffers } from './composeOffers.ts';
import { type Killable, killableChild } from './killable.ts';
import { killableNats } from './killableNats.ts';
import { type OfferSubgraphName, offerSubgraphs } from './offerSubgraphs.ts';

/** What stands between the publisher and the subscribers. */
export interface Services {
  readonly nats: Killable;
  readonly natsUrl: string;
  readonly subgraphs: Readonly<Record<OfferSubgraphName, Killable>>;
  readonly gateway: Killable;
  readonly gatewayPort: number;
  readonly stop: () => Promise<void>;
}

export interface Surroundings {
  /** Where they keep their files. */
  readonly folder: string;
  readonly keys: Keys;
  readonly cores: Cores;
  readonly subscribers: number;
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Prepares NATS, two subgraphs and the gateway on ports of their own; nothing is started yet. */
export async function prepareServices({ folder, keys, cores, subscribers }: Surroundings): Promise<Services> {
  const [natsPort = 0, gatewayPort = 0, ...ports] = await freePorts(2 + offerSubgraphs.length);
  const natsUrl = `nats://127.0.0.1:${natsPort}`;
  const portOf = (name: OfferSubgraphName) => ports[offerSubgraphs.findIndex((each) => each.name === name)] ?? 0;
  const subgraph = (name: OfferSubgraphName) =>
    killableChild(
      {
        name: `The subgraph ${name}`,
        args: [file('./subgraphProcess.ts'), name, `${portOf(name)}`],
        env: {},
        cores: cores.load,
      },
      async (child) => (await child.message()) === 'listening',
    );
  const subgraphs = { offers: subgraph('offers'), descriptions: subgraph('descriptions') };

  const supergraphFile = join(folder, 'offers.graphql');
  const urlOf = (name: OfferSubgraphName) => `http://127.0.0.1:${portOf(name)}/graphql`;
  writeFileSync(supergraphFile, composeOffers({ offers: urlOf('offers'), descriptions: urlOf('descriptions') }));
  const { label, launch } = kindOf('leadgraph');
  const { args, env } = launch({ supergraphFile, port: gatewayPort, sharing: 'fetches', keys });
  const gateway = killableChild(
    { name: label, args, env: { ...env, ...liveSettings(natsUrl, subscribers) }, cores: cores.gateway },
    async () => (await ask(gatewayPort, '{"query":"{ __typename }"}', keys.token)).status === 200,
  );
  const nats = killableNats(natsPort);
  const all = [gateway, ...Object.values(subgraphs), nats];
  return {
    nats,
    natsUrl,
    subgraphs,
    gateway,
    gatewayPort,
    stop: async () => void (await Promise.all(all.map((each) => each.stop()))),
  };
}

/** The key has to outlive the gateway: without one of its own, cursors made before a kill would be refused after it. Limits as they are, unless there are more subscribers. */
function liveSettings(natsUrl: string, subscribers: number): Record<string, string> {
  const room = 2 * subscribers;
  return {
    NATS_URL: natsUrl,
    CURSOR_KEY: randomBytes(32).toString('hex'),
    LIVE_CONNECTIONS: String(Math.max(20_000, room)),
    SUBSCRIPTIONS: String(Math.max(100_000, room)),
  };
}
