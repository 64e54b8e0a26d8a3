import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.js';

let folder: string;
const file = (name: string, content: unknown) => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the configuration', () => {
  it('needs nothing', () => {
    expect(readConfig({}, [])).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      supergraphFile: expect.stringMatching(/schema\/supergraph\.graphql$/),
      signingKey: undefined,
      clientTokens: undefined,
      graphiqlFolder: expect.stringMatching(/dist\/graphiql\/$/),
    });
  });

  it('opens the schema to everybody in development, to those with the scope in production', () => {
    const accessOf = (env: Record<string, string>) => readConfig(env, []).access;
    const open = { rightsMode: 'cut', introspectionScope: undefined, hideSuggestions: false };
    const closed = { rightsMode: 'cut', introspectionScope: 'introspection:read', hideSuggestions: true };
    expect(accessOf({})).toEqual(open);
    expect(accessOf({ NODE_ENV: 'production' })).toEqual(closed);
    expect(accessOf({ INTROSPECTION: 'scope', RIGHTS_MODE: 'refuse' })).toEqual({
      rightsMode: 'refuse',
      introspectionScope: 'introspection:read',
      hideSuggestions: false,
    });
    expect(accessOf({ NODE_ENV: 'production', INTROSPECTION: 'all' }).introspectionScope).toBeUndefined();
    expect(() => readConfig({ RIGHTS_MODE: 'x', INTROSPECTION: 'no' }, [])).toThrow(/RIGHTS_MODE.*\n.*INTROSPECTION/s);
  });

  it('says where persisted operations are served as REST', () => {
    const restOf = (env: Record<string, string>) => readConfig(env, []).rest;
    expect(restOf({})).toEqual({ prefix: '/partner/v1', publicUrl: undefined });
    expect(restOf({ REST_PREFIX: '/api', PUBLIC_URL: 'https://graph.example' })).toEqual({
      prefix: '/api',
      publicUrl: 'https://graph.example',
    });
    expect(restOf({ REST_PREFIX: 'off' })).toBeUndefined();
    for (const prefix of ['api', '/api/', '/', '/a/../b', '/graphql/v1', '/health'])
      expect(() => restOf({ REST_PREFIX: prefix }), prefix).toThrow(/REST_PREFIX/);
  });

  it('takes flags before the environment', () => {
    const config = readConfig({ PORT: '1', SUPERGRAPH_FILE: 'a' }, [
      '--port',
      '2',
      '--supergraph=b',
      '--host',
      '0.0.0.0',
    ]);
    expect(config).toMatchObject({ port: 2, supergraphFile: 'b', host: '0.0.0.0' });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', JWKS_FILE: '', JWKS_URL: '' }, []).port).toBe(4000);
  });

  it('limits costs, rates and origins only when it is told to', () => {
    expect(readConfig({}, [])).toMatchObject({ cors: undefined, limits: { costBudgets: {}, rates: undefined } });
    const config = readConfig(
      {
        MOST_ALIASES: '7',
        COST_BUDGETS: '{"ANONYMOUS": 1000, "*": 10000}',
        RATE_LIMITS: '{"address": {"points": 5, "seconds": 1}}',
        REDIS_URL: 'redis://127.0.0.1:1',
        CORS_ORIGINS: 'https://a.example, http://localhost:3000',
        CORS_HEADERS: 'X-One,x-two',
      },
      [],
    );
    expect(config.limits).toMatchObject({
      document: { aliases: 7, tokens: 10_000 },
      costBudgets: { ANONYMOUS: 1000, '*': 10_000 },
      rates: { address: { points: 5, seconds: 1 } },
      redisUrl: 'redis://127.0.0.1:1',
    });
    expect(config.cors).toEqual({
      origins: new Set(['https://a.example', 'http://localhost:3000']),
      headers: ['x-one', 'x-two'],
      maxAgeSeconds: 600,
    });
    expect(readConfig({ CORS_ORIGINS: '*' }, []).cors?.origins).toBe('*');
  });

  it('reads how operations are named without their text', () => {
    expect(readConfig({}, []).persisted).toEqual({
      only: new Set(),
      prepareMs: 120_000,
      automatic: { mostBytes: 16 * 1024 * 1024, ttlSeconds: 604_800 },
    });
    expect(readConfig({ PERSISTED_ONLY: 'PARTNER, BOT', APQ: 'false' }, []).persisted).toMatchObject({
      only: new Set(['PARTNER', 'BOT']),
      automatic: undefined,
    });
    expect(() => readConfig({ APQ_MEMORY_BYTES: '0' }, [])).toThrow(/APQ_MEMORY_BYTES/);
  });

  it('says of limits and origins that are not usable what to give', () => {
    const faults = [
      [{ COST_BUDGETS: '{"*": "many"}' }, /COST_BUDGETS: give JSON of the kind/],
      [{ COST_BUDGETS: 'many' }, /COST_BUDGETS: give JSON of the kind/],
      [{ MOST_DEPTH: 'deep' }, /MOST_DEPTH: give a whole number/],
      [{ SUBGRAPH_TIMEOUT_MS: '-1' }, /SUBGRAPH_TIMEOUT_MS: give a number of milliseconds above 0/],
      [{ RATE_LIMITS: '{"address": {"points": 5}}' }, /RATE_LIMITS: give JSON of the form/],
      [{ RATE_LIMITS: '{"adress": {}}' }, /RATE_LIMITS: give JSON of the form/],
      [{ CORS_ORIGINS: 'https://a.example/' }, /CORS_ORIGINS: "https:\/\/a.example\/" is no origin/],
      [{ CORS_ORIGINS: 'a.example' }, /CORS_ORIGINS: "a.example" is no origin/],
      [{ REDIS_URL: 'http://a' }, /REDIS_URL/],
      [{ MOST_TOKENS: '0' }, /MOST_TOKENS/],
    ] as const;
    for (const [env, message] of faults) expect(() => readConfig(env, [])).toThrow(message);
  });

  it('reads keys from their files', async () => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
    const config = readConfig(
      {
        GATEWAY_SIGNING_KEY_FILE: file('key.json', await exportJWK(privateKey)),
        JWKS_FILE: file('jwks.json', { keys: [await exportJWK(publicKey)] }),
        JWT_ISSUER: 'me',
      },
      [],
    );
    expect(config.signingKey?.crv).toBe('Ed25519');
    expect(config.clientTokens).toMatchObject({ issuer: 'me', audience: 'leadgraph' });
  });

  it('reads where subgraphs are, from one map or a variable each, whatever else is called URL', () => {
    const { subgraphUrls } = readConfig(
      {
        SUBGRAPH_URLS: '{"some-graph": "http://a/graphql", "other": "http://b/graphql"}',
        OTHER_URL: 'http://c/graphql',
        SOME_DATABASE_URL: 'postgres://x',
      },
      [],
    );
    expect(Object.fromEntries(subgraphUrls)).toEqual({ SOME_GRAPH: 'http://a/graphql', OTHER: 'http://c/graphql' });
  });

  it('takes where subgraphs are from flags, before the environment', () => {
    const { subgraphUrls } = readConfig(
      { SUBGRAPH_URLS: '{"one": "http://env/1", "two": "http://env/2"}', THREE_URL: 'http://env/3' },
      [
        '--subgraph',
        'one=http://flag/1?a=b',
        '--subgraph=three-x=https://flag/3',
        '--subgraph',
        'one=http://flag/last',
      ],
    );
    expect(Object.fromEntries(subgraphUrls)).toEqual({
      ONE: 'http://flag/last',
      TWO: 'http://env/2',
      THREE: 'http://env/3',
      THREE_X: 'https://flag/3',
    });
  });

  it('refuses a subgraph flag that is not name=url', () => {
    for (const flag of ['one', 'one=', '=http://a', 'one=ftp://a', 'one=a/graphql', 'one:http://a'])
      expect(() => readConfig({}, ['--subgraph', flag])).toThrow(`flags: --subgraph ${flag}: give name=url`);
  });

  it('has defaults for the engine', () => {
    expect(readConfig({}, [])).toMatchObject({
      subgraphTimeoutMs: 30_000,
      subgraphConnections: 64,
      shareFetches: true,
      shareRequests: true,
      batchLimit: 0,
      compressFrom: 1_024,
      explainToAll: true,
      headerRules: { subgraphs: {} },
      planning: { timeLimitMs: 10_000, maxEvaluatedPlans: 10_000, pathsLimit: 10_000 },
      prepareOperationsMs: 30_000,
    });
  });

  it('reads the engine from the environment', () => {
    const config = readConfig(
      {
        NODE_ENV: 'production',
        SUBGRAPH_TIMEOUT_MS: '5000',
        SUBGRAPH_CONNECTIONS: '8',
        SUBGRAPH_QUEUE: '0',
        SUBGRAPH_MAX_RESPONSE_BYTES: '1000',
        SHARE_SUBGRAPH_FETCHES: 'false',
        SHARE_REQUESTS: 'off',
        HEADER_RULES: '{"all": {"forward": ["X-Tenant"]}}',
        PLANNING_TIMEOUT_MS: '2000',
        PLANNING_MAX_PLANS: '7',
        PLANNING_MAX_PATHS: '8',
        OPERATION_CACHE_ENTRIES: '10',
        OPERATION_CACHE_BYTES: '11',
        PREPARE_OPERATIONS_MS: '0',
        BATCH_LIMIT: '5',
        COMPRESS_FROM_BYTES: '0',
      },
      [],
    );
    expect(config).toMatchObject({
      subgraphTimeoutMs: 5_000,
      subgraphConnections: 8,
      subgraphQueue: 0,
      subgraphMaxResponseBytes: 1_000,
      shareFetches: false,
      shareRequests: false,
      headerRules: { all: { forward: ['x-tenant'], rename: {}, insert: {} } },
      planning: { timeLimitMs: 2_000, maxEvaluatedPlans: 7, pathsLimit: 8 },
      operationCache: { mostDocuments: 10, mostBytes: 11 },
      prepareOperationsMs: 0,
      batchLimit: 5,
      compressFrom: 0,
      explainToAll: false,
    });
  });

  it('refuses what cannot be for the engine, by name', () => {
    const cases: [name: string, values: string[]][] = [
      ['SUBGRAPH_CONNECTIONS', ['0', '-1', '1.5', 'many', '10001']],
      ['SUBGRAPH_QUEUE', ['-1', 'x']],
      ['SHARE_REQUESTS', ['maybe']],
      ['HEADER_RULES', ['{', '[]', '{"all": {"forward": ["host"]}}']],
      ['PLANNING_MAX_PLANS', ['0']],
      ['OPERATION_CACHE_BYTES', ['0', '1e-3']],
      ['BATCH_LIMIT', ['-1', '1001', 'Infinity']],
      ['COMPRESS_FROM_BYTES', ['-1']],
    ];
    for (const [name, values] of cases) {
      for (const value of values) expect(() => readConfig({ [name]: value }, [])).toThrow(`\n  ${name}: `);
    }
  });

  it('offers GraphiQL in development only, unless told', () => {
    expect(readConfig({ NODE_ENV: 'production' }, []).graphiqlFolder).toBeUndefined();
    expect(readConfig({ NODE_ENV: 'production', GRAPHIQL: 'true' }, []).graphiqlFolder).toBeDefined();
    expect(readConfig({ GRAPHIQL: 'false' }, []).graphiqlFolder).toBeUndefined();
  });

  it('names every fault at once, and no secret', () => {
    const secret = { kty: 'OKP', crv: 'X25519', d: 'very-secret', x: 'x' };
    const read = () =>
      readConfig(
        {
          PORT: '70000',
          LOG_LEVEL: 'loud',
          GATEWAY_SIGNING_KEY_FILE: file('bad.json', secret),
          JWKS_FILE: file('none.json', { keys: [] }),
          JWKS_URL: 'https://keys.example/jwks',
          SUBGRAPH_URLS: '{"a": 5}',
          SUBGRAPH_TIMEOUT_MS: '0',
        },
        ['--colour', 'red'],
      );
    expect(read).toThrow(ConfigError);
    try {
      read();
    } catch (error) {
      const { message } = error as Error;
      for (const name of [
        'flags',
        'PORT',
        'LOG_LEVEL',
        'GATEWAY_SIGNING_KEY_FILE',
        'JWKS_FILE',
        'JWKS_FILE, JWKS_URL',
        'SUBGRAPH_URLS',
        'SUBGRAPH_TIMEOUT_MS',
      ]) {
        expect(message).toContain(`\n  ${name}: `);
      }
      expect(message).not.toContain('very-secret');
    }
  });
});

describe('clients', () => {
  it('have a header and a bucket by default, or what is named', () => {
    expect(readConfig({}, []).clients).toEqual({
      file: undefined,
      operationsFolder: undefined,
      bucket: 'gateway-clients',
      keyHeader: 'x-partner-key',
    });
    const named = { CLIENTS_FILE: 'c', OPERATIONS_FOLDER: 'o', CLIENTS_BUCKET: 'b', CLIENT_KEY_HEADER: 'X-Key' };
    expect(readConfig(named, []).clients).toEqual({
      file: 'c',
      operationsFolder: 'o',
      bucket: 'b',
      keyHeader: 'x-key',
    });
  });

  it('send their keys to the gateway alone, in a header of its own', () => {
    const rename = (name: string) => JSON.stringify({ all: { rename: { [name]: 'x-other' } } });
    expect(() => readConfig({ HEADER_RULES: rename('X-Partner-Key') }, [])).toThrow('subgraphs have no need of');
    expect(() => readConfig({ HEADER_RULES: rename('x-key'), CLIENT_KEY_HEADER: 'X-Key' }, [])).toThrow('HEADER_RULES');
    for (const CLIENT_KEY_HEADER of ['Authorization', 'a b']) {
      expect(() => readConfig({ CLIENT_KEY_HEADER }, [])).toThrow('CLIENT_KEY_HEADER');
    }
    expect(() => readConfig({ CLIENTS_BUCKET: 'a.b' }, [])).toThrow('CLIENTS_BUCKET');
  });
});
