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
