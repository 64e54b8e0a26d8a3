import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
let shop: Shop;
let gateway: TestGateway;
let graphiqlFolder: string;

beforeAll(async () => {
  const config = fileURLToPath(new URL('../graphiql/vite.config.js', import.meta.url));
  const vite = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url));
  graphiqlFolder = await mkdtemp(join(tmpdir(), 'graphiql-'));
  await promisify(execFile)(process.execPath, [vite, 'build', '--config', config, '--outDir', graphiqlFolder]);
  shop = await startShop();
  gateway = await startTestGateway(shop, { graphiqlFolder });
});
afterAll(async () => {
  await gateway?.stop();
  await shop?.close();
  await rm(graphiqlFolder, { recursive: true });
});

describe('GraphiQL', () => {
  it('is what a browser gets at /graphql, wholly from here', async () => {
    const { status, headers, body } = await gateway.get('/graphql', browser);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(body).not.toMatch(/https?:/);
    const files = [...body.matchAll(/(?:src|href)="(\/graphiql\/[^"]+)"/g)].map(([, file]) => String(file));
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      const asset = await gateway.get(file);
      expect([file, asset.status]).toEqual([file, 200]);
      expect(asset.headers.get('content-type')).toMatch(/^text\/(javascript|css)/);
      expect(asset.headers.get('cache-control')).toContain('immutable');
    }
  });

  it('is not what a program gets', async () => {
    for (const accept of ['*/*', 'application/json', 'application/graphql-response+json, text/html;q=0.5']) {
      expect((await gateway.get('/graphql', { accept })).body.errors[0].extensions.code).toBe('CSRF_PREVENTED');
    }
  });

  it('gives out no other file', async () => {
    for (const file of ['..%2f..%2fmain.js', '%2e%2e/index.html', 'nothing.js']) {
      expect((await gateway.get(`/graphiql/assets/${file}`)).status).toBe(404);
    }
  });

  it('that is not built says how to build it', async () => {
    const unbuilt = await startTestGateway(shop, { graphiqlFolder: join(graphiqlFolder, 'nothing') });
    try {
      const { status, body } = await unbuilt.get('/graphql', browser);
      expect(status).toBe(200);
      expect(body).toContain('npm run build');
    } finally {
      await unbuilt.stop();
    }
  });

  it('is not there when it is switched off', async () => {
    const plain = await startTestGateway(shop, { graphiqlFolder: undefined });
    try {
      const { status, headers } = await plain.get('/graphql', browser);
      expect([status, headers.get('content-type')]).toEqual([400, 'application/json; charset=utf-8']);
      expect((await plain.get('/graphiql/assets/index.js')).status).toBe(404);
    } finally {
      await plain.stop();
    }
  });
});
