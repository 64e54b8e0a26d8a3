import { fileURLToPath } from 'node:url';
import type { Keys } from './keys.ts';

/** What requests that are in flight at the same time share: nothing, identical fetches to subgraphs, or whole identical requests as well. */
export type Sharing = 'nothing' | 'fetches' | 'requests';

export type GatewayName = 'leadgraph' | 'apollo' | 'hive' | 'hive-rust';

/** What a gateway is started with. */
export interface GatewaySettings {
  readonly supergraphFile: string;
  readonly port: number;
  readonly sharing: Sharing;
  readonly keys: Keys;
}

/** A gateway that can be measured. */
export interface GatewayKind {
  readonly name: GatewayName;
  readonly label: string;
  /** The program, its arguments and environment. */
  readonly launch: (settings: GatewaySettings) => { args: string[]; env: Record<string, string> };
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** As a user runs it, with what a real gateway does switched on: clients' tokens, tokens for subgraphs, header rules, a cost estimated and rates counted for every request; rights, limits on documents, time limits, metrics and audit are always on. */
const leadgraph: GatewayKind = {
  name: 'leadgraph',
  label: 'Leadgraph',
  launch: ({ supergraphFile, port, sharing, keys }) => ({
    // As "npm run gateway" starts it.
    args: [
      '--max-semi-space-size=32',
      file('../../gateway/dist/main.js'),
      ...['--supergraph', supergraphFile, '--port', String(port)],
    ],
    env: {
      JWKS_FILE: keys.jwksFile,
      JWT_ISSUER: keys.issuer,
      JWT_AUDIENCE: keys.audience,
      GATEWAY_SIGNING_KEY_FILE: keys.signingKeyFile,
      HEADER_RULES: JSON.stringify({ all: { forward: ['x-tenant'], insert: { 'x-gateway': 'leadgraph' } } }),
      COST_BUDGETS: JSON.stringify({ '*': 1_000_000 }),
      RATE_LIMITS: JSON.stringify({ identity: { '*': { points: 1_000_000_000, seconds: 1 } } }),
      SHARE_SUBGRAPH_FETCHES: String(sharing !== 'nothing'),
      SHARE_REQUESTS: String(sharing === 'requests'),
    },
  }),
};

/** Bare ApolloGateway with the stock standalone server: no authentication, no header rules, no telemetry. It can share nothing. */
const apollo: GatewayKind = {
  name: 'apollo',
  label: 'Apollo Gateway',
  launch: ({ supergraphFile, port }) => ({ args: [file('./apolloServer.mjs'), supergraphFile, String(port)], env: {} }),
};

const hive: GatewayKind = {
  name: 'hive',
  label: 'Hive Gateway',
  launch: (settings) => launchHive(settings, []),
};

/** The same with the planner and executor of Hive's router. */
const hiveRust: GatewayKind = {
  name: 'hive-rust',
  label: 'Hive Gateway, Rust planner',
  launch: (settings) => launchHive(settings, ['--hive-router-runtime']),
};

const kinds = { leadgraph, apollo, hive, 'hive-rust': hiveRust } satisfies Record<GatewayName, GatewayKind>;

/** In the order in which they are measured. */
export const gatewayKinds: readonly GatewayKind[] = Object.values(kinds);

export function kindOf(name: GatewayName): GatewayKind {
  return kinds[name];
}

/** Bare as well: no authentication, no header rules, no telemetry, no reporting. */
function launchHive({ supergraphFile, port, sharing }: GatewaySettings, flags: string[]) {
  const program = file('../node_modules/@graphql-hive/gateway/dist/bin.js');
  const config = file('./hive.config.mjs');
  return {
    args: [program, 'supergraph', supergraphFile, '-c', config, '-p', String(port), '-h', '127.0.0.1', ...flags],
    env: { PERF_SHARING: sharing },
  };
}
