import { z } from 'zod';
import { HeaderRulesConfig } from '../subgraph/headerRules.js';
import { count, httpUrl, json, limit, milliseconds, type Values } from './values.js';

export const subgraphVariables = {
  SUBGRAPH_TIMEOUT_MS: milliseconds.default(30_000),
  SUBGRAPH_CONNECTIONS: limit.max(10_000, 'give 1 to 10000').default(64),
  SUBGRAPH_QUEUE: count.default(10_000),
  SUBGRAPH_MAX_RESPONSE_BYTES: count.default(32 * 1024 * 1024),
  SHARE_SUBGRAPH_FETCHES: z.stringbool().default(true),
  SHARE_REQUESTS: z.stringbool().default(true),
};

/** How subgraphs are asked. */
export interface SubgraphsConfig {
  readonly subgraphTimeoutMs: number;
  /** Connections kept to one subgraph at the most, and requests that wait for one. */
  readonly subgraphConnections: number;
  readonly subgraphQueue: number;
  readonly subgraphMaxResponseBytes: number;
  /** Whether identical fetches in flight of several requests are sent once. */
  readonly shareFetches: boolean;
  /** Whether identical queries in flight share one execution. */
  readonly shareRequests: boolean;
}

export function subgraphsConfig(values: Values<typeof subgraphVariables>): SubgraphsConfig {
  return {
    subgraphTimeoutMs: values.SUBGRAPH_TIMEOUT_MS,
    subgraphConnections: values.SUBGRAPH_CONNECTIONS,
    subgraphQueue: values.SUBGRAPH_QUEUE,
    subgraphMaxResponseBytes: values.SUBGRAPH_MAX_RESPONSE_BYTES,
    shareFetches: values.SHARE_SUBGRAPH_FETCHES,
    shareRequests: values.SHARE_REQUESTS,
  };
}

/** The key of a subgraph's name in `subgraphUrls`. */
export function urlKey(subgraph: string): string {
  return subgraph.toUpperCase().replaceAll('-', '_');
}

const SubgraphUrls = json(
  z.record(z.string(), httpUrl),
  'give a JSON object of subgraph name to http(s) URL, {"products": "http://localhost:4001/graphql"}',
).prefault('{}');

/**
 * Addresses by subgraph: the JSON map `SUBGRAPH_URLS`, and one variable `<NAME>_URL` a subgraph, which wins. Names are compared in capitals
 * with `-` as `_`. Which subgraphs there are is not known before the supergraph is loaded, so variables of other things are kept too.
 */
export function readSubgraphUrls(env: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  const map = SubgraphUrls.safeParse(env.SUBGRAPH_URLS);
  if (!map.success) throw new Error(map.error.issues[0]?.message);
  for (const [name, url] of Object.entries(map.data)) urls.set(urlKey(name), url);
  for (const [variable, url] of Object.entries(env)) {
    if (variable.endsWith('_URL') && url !== undefined && httpUrl.safeParse(url).success) {
      urls.set(variable.slice(0, -'_URL'.length), url);
    }
  }
  return urls;
}

const HEADER_RULES_FORM =
  'Give JSON of the form {"all": {"forward": ["x-name"], "rename": {"x-from": "x-to"}, "insert": {"x-name": "value"}}, "subgraphs": {"name": {…}}}.';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`not JSON. ${HEADER_RULES_FORM}`);
  }
}

/** What of a client's headers goes on: never what carries the gateway's own tokens (where it signs any) or clients' keys. */
export function readHeaderRules(
  text: string,
  { signing, keyHeader }: { signing: boolean; keyHeader: string },
): HeaderRulesConfig {
  const rules = HeaderRulesConfig.safeParse(parseJson(text));
  if (!rules.success) {
    const [issue] = rules.error.issues;
    throw new Error(`${issue?.path.join('.')}: ${issue?.message}. ${HEADER_RULES_FORM}`);
  }
  const all = [rules.data.all, ...Object.values(rules.data.subgraphs)];
  const written = all.flatMap((rule) =>
    rule ? [...rule.forward, ...Object.values(rule.rename), ...Object.keys(rule.insert)] : [],
  );
  if (signing && written.includes('authorization'))
    throw new Error(
      '"authorization" carries the gateway\'s own token to subgraphs while GATEWAY_SIGNING_KEY_FILE is set',
    );
  const read = all.flatMap((rule) => (rule ? [...rule.forward, ...Object.keys(rule.rename)] : []));
  if (read.includes(keyHeader.toLowerCase()))
    throw new Error(`"${keyHeader}" carries keys of clients, which subgraphs have no need of`);
  return rules.data;
}
