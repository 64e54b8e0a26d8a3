import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CLIENTS_BUCKET } from '@leadgraph/schema/clients';
import { z } from 'zod';
import type { CorsOptions } from './http/cors.js';
import { DEFAULT_LIST_SIZE } from './limits/compileCost.js';
import type { CostBudgets } from './limits/operationLimits.js';
import type { RateLimitRules } from './limits/rateLimits.js';
import { type DocumentLimits, documentLimits } from './operation/documentLimits.js';
import type { PlannerOptions } from './plan/planner.js';
import { type AccessRules, INTROSPECTION_SCOPE } from './rights/rights.js';
import { HeaderRulesConfig } from './subgraph/headerRules.js';

const milliseconds = z.coerce.number().int().positive();
const count = z.coerce.number().int().min(0);
const port = z.coerce.number().int().min(0).max(65_535);
const httpUrl = z.url({ protocol: /^https?$/ });
const limit = z.coerce.number().int().positive();
/** What the gateway serves itself. */
const taken = ['graphql', 'graphiql', 'health', 'metrics', 'console'];

/** The header of clients' keys, unless it is called otherwise. */
const KEY_HEADER = 'x-partner-key';

const Environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(4000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  NODE_ENV: z.string().default('development'),
  SUPERGRAPH_FILE: z.string().default(fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url))),
  SUPERGRAPH_POLL_MS: milliseconds.default(500),
  SUBGRAPH_URLS: z.string().optional(),
  SUBGRAPH_TIMEOUT_MS: milliseconds.default(30_000),
  SUBGRAPH_CONNECTIONS: z.coerce.number().int().min(1).max(10_000).default(64),
  SUBGRAPH_QUEUE: count.default(10_000),
  SUBGRAPH_MAX_RESPONSE_BYTES: count.default(32 * 1024 * 1024),
  SHARE_SUBGRAPH_FETCHES: z.stringbool().default(true),
  SHARE_REQUESTS: z.stringbool().default(true),
  HEADER_RULES: z.string().default('{}'),
  PLANNING_TIMEOUT_MS: milliseconds.default(10_000),
  PLANNING_MAX_PLANS: z.coerce.number().int().positive().default(10_000),
  PLANNING_MAX_PATHS: z.coerce.number().int().positive().default(10_000),
  PLANNING_QUEUE: z.coerce.number().int().positive().default(1_000),
  OPERATION_CACHE_ENTRIES: z.coerce.number().int().positive().default(5_000),
  OPERATION_CACHE_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(96 * 1024 * 1024),
  PREPARE_OPERATIONS_MS: count.default(30_000),
  PERSISTED_ONLY: z.string().default(''),
  PREPARE_PERSISTED_MS: count.default(120_000),
  APQ: z.stringbool().default(true),
  APQ_MEMORY_BYTES: limit.default(16 * 1024 * 1024),
  APQ_TTL_SECONDS: limit.default(7 * 24 * 3600),
  BATCH_LIMIT: count.max(1_000).default(0),
  COMPRESS_FROM_BYTES: count.default(1_024),
  MOST_CHARACTERS: limit.default(documentLimits.characters),
  MOST_TOKENS: limit.default(documentLimits.tokens),
  MOST_DEPTH: limit.default(documentLimits.depth),
  MOST_SELECTIONS: limit.default(documentLimits.selections),
  MOST_ALIASES: count.default(documentLimits.aliases),
  MOST_ROOT_ALIASES: count.default(documentLimits.rootAliases),
  MOST_ROOT_FIELDS: limit.default(documentLimits.rootFields),
  MOST_DIRECTIVES: count.default(documentLimits.directives),
  MOST_DIRECTIVES_PER_NODE: count.default(documentLimits.directivesPerNode),
  MOST_COMPARISONS: limit.default(documentLimits.comparisons),
  MOST_OPERATIONS: limit.default(documentLimits.operations),
  MOST_FRAGMENTS: count.default(documentLimits.fragments),
  MOST_VARIABLES: count.default(documentLimits.variables),
  COST_LIST_SIZE: count.default(DEFAULT_LIST_SIZE),
  COST_BUDGETS: z.string().default('{}'),
  RATE_LIMITS: z.string().default('{}'),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  TRUSTED_PROXIES: count.max(10).default(0),
  CORS_ORIGINS: z.string().optional(),
  CORS_HEADERS: z.string().default(''),
  CORS_MAX_AGE_SECONDS: count.default(600),
  GATEWAY_SIGNING_KEY_FILE: z.string().optional(),
  KEYS_POLL_MS: milliseconds.default(1_000),
  JWKS_FILE: z.string().optional(),
  JWKS_URL: httpUrl.optional(),
  JWT_ISSUER: z.string().default('leadgraph-local'),
  JWT_AUDIENCE: z.string().default('leadgraph'),
  NATS_URL: z.string().optional(),
  CLIENTS_FILE: z.string().optional(),
  OPERATIONS_FOLDER: z.string().optional(),
  CLIENTS_BUCKET: z
    .string()
    .regex(/^[\w-]+$/, 'give letters, digits, - and _')
    .default(CLIENTS_BUCKET),
  CLIENT_KEY_HEADER: z
    .string()
    .regex(/^(?!authorization$)[\w-]+$/i, 'give the name of a header other than authorization')
    .default(KEY_HEADER),
  AUDIT: z.stringbool().default(true),
  AUDIT_RETENTION_DAYS: limit.max(36_500).default(400),
  AUDIT_BUFFER_BYTES: limit.default(32 * 1024 * 1024),
  CURSOR_KEY: z
    .string()
    .regex(/^[0-9a-fA-F]{64,}$/, 'give at least 32 bytes in hex')
    .optional(),
  LIVE_CONNECTIONS: count.default(20_000),
  LIVE_CONNECTIONS_PER_IDENTITY: count.default(100),
  SUBSCRIPTIONS_PER_CONNECTION: count.default(100),
  SUBSCRIPTIONS_PER_IDENTITY: count.default(1_000),
  SUBSCRIPTIONS: count.default(100_000),
  SUBSCRIBER_QUEUE_EVENTS: z.coerce.number().int().min(1).default(256),
  SUBSCRIBER_QUEUE_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(1024 * 1024),
  LIVE_HEARTBEAT_MS: milliseconds.default(15_000),
  RIGHTS_MODE: z.enum(['cut', 'refuse']).default('cut'),
  INTROSPECTION: z.enum(['all', 'scope']).optional(),
  GRAPHIQL: z.stringbool().optional(),
  REST_PREFIX: z
    .string()
    .regex(/^((\/[\w~-]+)+|off)$/, 'give a path such as /partner/v1, or "off"')
    .refine((prefix) => !taken.includes(prefix.split('/')[1] ?? ''), `begin with none of /${taken.join(', /')}`)
    .default('/partner/v1'),
  PUBLIC_URL: httpUrl.optional(),
  DRAIN_TIMEOUT_MS: milliseconds.default(10_000),
});

/** Built by `graphiql/vite.config.js`; the same from `dist/` and from `src/`. */
const GRAPHIQL_FOLDER = fileURLToPath(new URL('../dist/graphiql/', import.meta.url));

const SigningKey = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  d: z.string(),
  kid: z.string().optional(),
});
export type SigningKey = z.infer<typeof SigningKey>;

const SIGNING_KEY_FORM = 'a private Ed25519 key as JWK, or a set of them of which the first signs';
const SigningKeys = z.object({ keys: z.tuple([SigningKey], SigningKey) });

/** The key that signs, of a private JWK or a set of them. Throws an error that never says what stands there. */
export function parseSigningKey(text: string): SigningKey {
  const parsed = z.union([SigningKey, SigningKeys]).safeParse(parseJson(text));
  if (!parsed.success) throw new Error(`not ${SIGNING_KEY_FORM}`);
  return 'd' in parsed.data ? (parsed.data as SigningKey) : (parsed.data as z.infer<typeof SigningKeys>).keys[0];
}

export const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });
export type KeySet = z.infer<typeof KeySet>;

export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly supergraphFile: string;
  /** How often the file's status is looked at. */
  readonly supergraphPollMs: number;
  /** Where a subgraph is, when not where the supergraph says: by the subgraph's name. */
  readonly subgraphUrls: ReadonlyMap<string, string>;
  readonly subgraphTimeoutMs: number;
  /** Connections kept to one subgraph at the most, and requests that wait for one. */
  readonly subgraphConnections: number;
  readonly subgraphQueue: number;
  readonly subgraphMaxResponseBytes: number;
  /** Whether identical fetches in flight of several requests are sent once. */
  readonly shareFetches: boolean;
  /** Whether identical queries in flight share one execution. */
  readonly shareRequests: boolean;
  readonly headerRules: HeaderRulesConfig;
  /** Limits of planning one operation, and of those that wait for it. */
  readonly planning: PlannerOptions;
  /** Bounds of what is kept of operations that have been seen. */
  readonly operationCache: { readonly mostDocuments: number; readonly mostBytes: number };
  /** How long the operations in use are prepared for a new supergraph, at most. */
  readonly prepareOperationsMs: number;
  readonly persisted: PersistedSettings;
  /** Operations in one request, at most; 0: lists are refused. */
  readonly batchLimit: number;
  /** Responses of at least this many bytes are compressed; 0: none. */
  readonly compressFrom: number;
  readonly limits: RequestLimits;
  /** Undefined: pages of other origins may not read answers. */
  readonly cors: CorsOptions | undefined;
  /** Whether everybody may ask for `extensions.plan`; else the scope `plan:read` is needed. */
  readonly explainToAll: boolean;
  /** How what a caller may not have is answered. */
  readonly access: AccessRules;
  /** Without it subgraphs get no token. */
  readonly signingKey: SigningKey | undefined;
  /** Where it is read anew when it changes. */
  readonly signingKeyFile: string | undefined;
  /** How often files of keys are looked at. */
  readonly keysPollMs: number;
  /** Without it no client token can be checked, and requests that carry one are refused. */
  readonly clientTokens:
    | {
        readonly keys: KeySet | URL;
        /** Where the keys come from, to be read again when it changes. */
        readonly file?: string | undefined;
        readonly issuer: string;
        readonly audience: string;
      }
    | undefined;
  /** Where events that subgraphs publish come from; without it fields with `@eventSource` cannot be subscribed to. */
  readonly natsUrl: string | undefined;
  /** Where clients' keys and manifests are. */
  readonly clients: ClientsConfig;
  readonly audit: AuditConfig;
  /** What cursors and tickets are signed with; undefined: derived from the signing key or, without one, random and good until the process ends. */
  readonly cursorKey: Buffer | undefined;
  readonly live: LiveLimits;
  /** Where persisted operations are served as REST; undefined: nowhere. */
  readonly rest: { readonly prefix: string; readonly publicUrl: string | undefined } | undefined;
  /** The folder of GraphiQL's bundle; undefined where GraphiQL is not offered. */
  readonly graphiqlFolder: string | undefined;
  readonly drainTimeoutMs: number;
}

export interface ClientsConfig {
  /** Files are named on purpose, so they win over NATS; of the two, one is enough. */
  readonly file: string | undefined;
  readonly operationsFolder: string | undefined;
  /** The key-value bucket in NATS. */
  readonly bucket: string;
  /** The header of clients' keys, in lower case. */
  readonly keyHeader: string;
}

/** How operations are named without their text. */
export interface PersistedSettings {
  /** Kinds of identities that may run nothing but the operations of their manifests; `*`: all. */
  readonly only: ReadonlySet<string>;
  /** How long a take-over waits for the operations of manifests to be prepared, at most. */
  readonly prepareMs: number;
  /** Texts that clients register by themselves (APQ); undefined: they cannot. */
  readonly automatic: { readonly mostBytes: number; readonly ttlSeconds: number } | undefined;
}

/** What is recorded of who did what. */
export interface AuditConfig {
  readonly on: boolean;
  /** How long NATS keeps records. */
  readonly retentionDays: number;
  /** What waits for NATS, at most. */
  readonly bufferBytes: number;
}

/** What clients may ask for. */
export interface RequestLimits {
  readonly document: DocumentLimits;
  /** What a list is taken for of whose size nothing is known. */
  readonly listSize: number;
  /** What one operation may cost, by the identity's kind; none: anything. */
  readonly costBudgets: CostBudgets;
  /** Undefined: not limited. */
  readonly rates: RateLimitRules | undefined;
  /** Where rates are counted and registered texts kept; without it each process does so for itself. */
  readonly redisUrl: string | undefined;
  /** Proxies of our own that requests pass and that append to `x-forwarded-for`. */
  readonly trustedProxies: number;
}

/** Bounds of what clients follow live. */
export interface LiveLimits {
  /** WebSockets and event streams of the process, and of one identity. */
  readonly connections: number;
  readonly connectionsPerIdentity: number;
  readonly subscriptionsPerConnection: number;
  readonly subscriptionsPerIdentity: number;
  readonly subscriptions: number;
  /** What waits for one subscriber, at most; more, and it is told to come again from its cursor. */
  readonly queueEvents: number;
  readonly queueBytes: number;
  /** How often connections are looked after: one that has not answered since the last time is closed. */
  readonly heartbeatMs: number;
}

/** Thrown at start when flags or environment are not usable; the message lists every fault, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the gateway's configuration from the environment and the flags `--supergraph FILE`, `--port N`, `--host H` and
 * `--subgraph name=url` (one a subgraph), which win.
 * Nothing is required. Throws one `ConfigError` that names every fault.
 */
export function readConfig(
  env: NodeJS.ProcessEnv = process.env,
  args: string[] = process.argv.slice(2),
): GatewayConfig {
  const faults: string[] = [];
  const attempt = <T>(source: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      faults.push(`${source}: ${describe(error)}`);
      return undefined;
    }
  };

  const flags = attempt('flags', () => readFlags(args)) ?? {};
  const given = Object.fromEntries(Object.entries({ ...env, ...flags }).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) faults.push(`${issue.path.join('.')}: ${issue.message}`);

  const { GATEWAY_SIGNING_KEY_FILE: signingKeyFile, JWKS_FILE: jwksFile, JWKS_URL: jwksUrl } = given;
  const signingKey = signingKeyFile && attempt('GATEWAY_SIGNING_KEY_FILE', () => readSigningKey(signingKeyFile));
  const clientKeys = jwksFile && attempt('JWKS_FILE', () => readJson(jwksFile, KeySet, 'a JSON Web Key Set'));
  if (jwksFile && jwksUrl) faults.push('JWKS_FILE, JWKS_URL: give one of them');
  const subgraphUrls = attempt('SUBGRAPH_URLS', () => readSubgraphUrls(given)) ?? new Map<string, string>();

  const headerRules = attempt('HEADER_RULES', () =>
    readHeaderRules(given.HEADER_RULES ?? '{}', Boolean(signingKeyFile), given.CLIENT_KEY_HEADER ?? KEY_HEADER),
  );

  const costBudgets = attempt('COST_BUDGETS', () => readBudgets(given.COST_BUDGETS ?? '{}'));
  const rates = attempt('RATE_LIMITS', () => readRates(given.RATE_LIMITS ?? '{}'));
  const corsOrigins = attempt('CORS_ORIGINS', () => readOrigins(given.CORS_ORIGINS));

  if (!parsed.success || !headerRules || !costBudgets || !rates || faults.length > 0) {
    throw new ConfigError(`The configuration of the gateway is not usable:\n  ${faults.join('\n  ')}`);
  }
  const values = parsed.data;
  const keys = clientKeys || (values.JWKS_URL ? new URL(values.JWKS_URL) : undefined);
  return {
    host: values.HOST,
    port: values.PORT,
    logLevel: values.LOG_LEVEL,
    supergraphFile: values.SUPERGRAPH_FILE,
    supergraphPollMs: values.SUPERGRAPH_POLL_MS,
    subgraphUrls,
    subgraphTimeoutMs: values.SUBGRAPH_TIMEOUT_MS,
    subgraphConnections: values.SUBGRAPH_CONNECTIONS,
    subgraphQueue: values.SUBGRAPH_QUEUE,
    subgraphMaxResponseBytes: values.SUBGRAPH_MAX_RESPONSE_BYTES,
    shareFetches: values.SHARE_SUBGRAPH_FETCHES,
    shareRequests: values.SHARE_REQUESTS,
    headerRules,
    planning: {
      timeLimitMs: values.PLANNING_TIMEOUT_MS,
      maxEvaluatedPlans: values.PLANNING_MAX_PLANS,
      pathsLimit: values.PLANNING_MAX_PATHS,
      waiting: values.PLANNING_QUEUE,
    },
    operationCache: { mostDocuments: values.OPERATION_CACHE_ENTRIES, mostBytes: values.OPERATION_CACHE_BYTES },
    prepareOperationsMs: values.PREPARE_OPERATIONS_MS,
    persisted: {
      only: new Set(listed(values.PERSISTED_ONLY)),
      prepareMs: values.PREPARE_PERSISTED_MS,
      automatic: values.APQ ? { mostBytes: values.APQ_MEMORY_BYTES, ttlSeconds: values.APQ_TTL_SECONDS } : undefined,
    },
    batchLimit: values.BATCH_LIMIT,
    compressFrom: values.COMPRESS_FROM_BYTES,
    limits: {
      document: {
        ...documentLimits,
        characters: values.MOST_CHARACTERS,
        tokens: values.MOST_TOKENS,
        depth: values.MOST_DEPTH,
        selections: values.MOST_SELECTIONS,
        aliases: values.MOST_ALIASES,
        rootAliases: values.MOST_ROOT_ALIASES,
        rootFields: values.MOST_ROOT_FIELDS,
        directives: values.MOST_DIRECTIVES,
        directivesPerNode: values.MOST_DIRECTIVES_PER_NODE,
        comparisons: values.MOST_COMPARISONS,
        operations: values.MOST_OPERATIONS,
        fragments: values.MOST_FRAGMENTS,
        variables: values.MOST_VARIABLES,
      },
      listSize: values.COST_LIST_SIZE,
      costBudgets,
      rates: rates.identity || rates.address ? rates : undefined,
      redisUrl: values.REDIS_URL,
      trustedProxies: values.TRUSTED_PROXIES,
    },
    cors: corsOrigins && {
      origins: corsOrigins,
      headers: listed(values.CORS_HEADERS).map((name) => name.toLowerCase()),
      maxAgeSeconds: values.CORS_MAX_AGE_SECONDS,
    },
    explainToAll: values.NODE_ENV !== 'production',
    access: {
      rightsMode: values.RIGHTS_MODE,
      introspectionScope:
        (values.INTROSPECTION ?? (values.NODE_ENV === 'production' ? 'scope' : 'all')) === 'scope'
          ? INTROSPECTION_SCOPE
          : undefined,
      hideSuggestions: values.NODE_ENV === 'production',
    },
    signingKey: signingKey || undefined,
    signingKeyFile: values.GATEWAY_SIGNING_KEY_FILE,
    keysPollMs: values.KEYS_POLL_MS,
    clientTokens: keys && {
      keys,
      ...(values.JWKS_FILE !== undefined && { file: values.JWKS_FILE }),
      issuer: values.JWT_ISSUER,
      audience: values.JWT_AUDIENCE,
    },
    natsUrl: values.NATS_URL,
    clients: {
      file: values.CLIENTS_FILE,
      operationsFolder: values.OPERATIONS_FOLDER,
      bucket: values.CLIENTS_BUCKET,
      keyHeader: values.CLIENT_KEY_HEADER.toLowerCase(),
    },
    audit: {
      on: values.AUDIT,
      retentionDays: values.AUDIT_RETENTION_DAYS,
      bufferBytes: values.AUDIT_BUFFER_BYTES,
    },
    cursorKey: values.CURSOR_KEY === undefined ? undefined : Buffer.from(values.CURSOR_KEY, 'hex'),
    live: {
      connections: values.LIVE_CONNECTIONS,
      connectionsPerIdentity: values.LIVE_CONNECTIONS_PER_IDENTITY,
      subscriptionsPerConnection: values.SUBSCRIPTIONS_PER_CONNECTION,
      subscriptionsPerIdentity: values.SUBSCRIPTIONS_PER_IDENTITY,
      subscriptions: values.SUBSCRIPTIONS,
      queueEvents: values.SUBSCRIBER_QUEUE_EVENTS,
      queueBytes: values.SUBSCRIBER_QUEUE_BYTES,
      heartbeatMs: values.LIVE_HEARTBEAT_MS,
    },
    rest: values.REST_PREFIX === 'off' ? undefined : { prefix: values.REST_PREFIX, publicUrl: values.PUBLIC_URL },
    graphiqlFolder: (values.GRAPHIQL ?? values.NODE_ENV !== 'production') ? GRAPHIQL_FOLDER : undefined,
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
  };
}

function readFlags(args: string[]): Record<string, string> {
  const { values } = parseArgs({
    args,
    options: {
      supergraph: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string' },
      subgraph: { type: 'string', multiple: true },
    },
  });
  const urls = (values.subgraph ?? []).map((pair) => {
    const [name = '', url = ''] = splitOnce(pair, '=');
    if (!name || !httpUrl.safeParse(url).success)
      throw new Error(`--subgraph ${pair}: give name=url with an http(s) URL`);
    return [`${urlKey(name)}_URL`, url];
  });
  return {
    ...Object.fromEntries(urls),
    ...(values.supergraph !== undefined && { SUPERGRAPH_FILE: values.supergraph }),
    ...(values.port !== undefined && { PORT: values.port }),
    ...(values.host !== undefined && { HOST: values.host }),
  };
}

/**
 * Addresses by subgraph: the JSON map `SUBGRAPH_URLS`, and one variable `<NAME>_URL` a subgraph, which wins. Names are compared in capitals
 * with `-` as `_`. Which subgraphs there are is not known before the supergraph is loaded, so variables of other things are kept too.
 */
function readSubgraphUrls(env: NodeJS.ProcessEnv): Map<string, string> {
  const urls = new Map<string, string>();
  if (env.SUBGRAPH_URLS) {
    const map = z.record(z.string(), httpUrl).safeParse(parseJson(env.SUBGRAPH_URLS));
    if (!map.success) throw new Error('give a JSON object of subgraph name to http(s) URL');
    for (const [name, url] of Object.entries(map.data)) urls.set(urlKey(name), url);
  }
  for (const [variable, url] of Object.entries(env)) {
    if (variable.endsWith('_URL') && url !== undefined && httpUrl.safeParse(url).success) {
      urls.set(variable.slice(0, -'_URL'.length), url);
    }
  }
  return urls;
}

const Budgets = z.record(z.string().min(1), z.number().min(0));

function readBudgets(text: string): CostBudgets {
  const budgets = Budgets.safeParse(parseJson(text));
  if (budgets.success) return budgets.data;
  throw new Error(
    'give JSON of the kind of an identity to what its operations may cost, {"ANONYMOUS": 1000, "*": 10000}',
  );
}

const Rate = z.strictObject({ points: limit.max(1_000_000_000), seconds: limit.max(86_400) });
const Rates = z.strictObject({
  identity: z.record(z.string().min(1), Rate).optional(),
  address: Rate.optional(),
});

function readRates(text: string): RateLimitRules {
  const rates = Rates.safeParse(parseJson(text));
  if (rates.success) return rates.data;
  throw new Error(
    'give JSON of the form {"identity": {"*": {"points": 10000, "seconds": 60}}, "address": {"points": 10000, "seconds": 60}}',
  );
}

/** Origins as browsers send them, compared letter by letter. */
function readOrigins(text: string | undefined): CorsOptions['origins'] | undefined {
  if (text === undefined || text.trim() === '*') return text === undefined ? undefined : '*';
  const origins = listed(text);
  for (const each of origins) {
    if (URL.parse(each)?.origin !== each)
      throw new Error(`"${each}" is no origin: give "*" or a list such as https://one.example,http://localhost:3000`);
  }
  return origins.length === 0 ? undefined : new Set(origins);
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function readHeaderRules(text: string, signing: boolean, keyHeader: string): HeaderRulesConfig {
  const rules = HeaderRulesConfig.safeParse(parseJson(text));
  if (!rules.success) {
    const [issue] = rules.error.issues;
    throw new Error(`${issue?.path.join('.')}: ${issue?.message}. ${HEADER_RULES_FORM}`);
  }
  const all = [rules.data.all, ...Object.values(rules.data.subgraphs)];
  const names = all.flatMap((rule) =>
    rule ? [...rule.forward, ...Object.values(rule.rename), ...Object.keys(rule.insert)] : [],
  );
  if (signing && names.includes('authorization'))
    throw new Error(
      '"authorization" carries the gateway\'s own token to subgraphs while GATEWAY_SIGNING_KEY_FILE is set',
    );
  const read = all.flatMap((rule) => (rule ? [...rule.forward, ...Object.keys(rule.rename)] : []));
  if (read.includes(keyHeader.toLowerCase()))
    throw new Error(`"${keyHeader}" carries keys of clients, which subgraphs have no need of`);
  return rules.data;
}

const HEADER_RULES_FORM =
  'Give JSON of the form {"all": {"forward": ["x-name"], "rename": {"x-from": "x-to"}, "insert": {"x-name": "value"}}, "subgraphs": {"name": {…}}}.';

/** The key of a subgraph's name in `subgraphUrls`. */
export function urlKey(subgraph: string): string {
  return subgraph.toUpperCase().replaceAll('-', '_');
}

function readSigningKey(file: string): SigningKey {
  const text = readFileSync(file, 'utf8');
  try {
    return parseSigningKey(text);
  } catch {
    throw new Error(`${file} is not ${SIGNING_KEY_FORM}`);
  }
}

function readJson<T>(file: string, shape: z.ZodType<T>, what: string): T {
  const parsed = shape.safeParse(parseJson(readFileSync(file, 'utf8')));
  // The file holds key material: say what is expected, never what was found.
  if (!parsed.success) throw new Error(`${file} is not ${what}`);
  return parsed.data;
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('not JSON');
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Where NATS is, for commands: the local stack's unless it is given. */
export function readNatsUrl(env: NodeJS.ProcessEnv = process.env): string {
  return env.NATS_URL || 'nats://127.0.0.1:4232';
}
