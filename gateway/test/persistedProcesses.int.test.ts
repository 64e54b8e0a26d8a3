import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { writeApolloManifest } from '@leadgraph/schema/manifest';
import { expect, it, onTestFinished, vi } from 'vitest';
import { manifestOf, sha256 } from './fixtures/clientsInMemory.js';
import { eventually } from './fixtures/eventually.js';
import { startShop } from './fixtures/startShop.js';

vi.setConfig({ testTimeout: 120_000 });

const PEOPLE = 'query People($more: Boolean = false) { people { id name @include(if: $more) } }';
const PRODUCTS = 'query Products { products { id } }';

/** The built gateway as a process of its own; gives its address when it listens. */
async function startProcess(env: Record<string, string>): Promise<string> {
  const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH, APOLLO_TELEMETRY_DISABLED: 'true', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
  });
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the gateway has ended')));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg, url } = JSON.parse(line);
      if (msg === 'gateway is up') resolve(url);
    });
  });
}

it('each process prepares what is published before it serves it, and a request costs no parsing, validating or planning there', async () => {
  const shop = await startShop();
  const folder = await mkdtemp(join(tmpdir(), 'persisted-'));
  onTestFinished(async () => {
    await shop.close();
    await rm(folder, { recursive: true });
  });
  const publish = async (...bodies: string[]) => {
    const file = join(folder, 'site', 'manifest.json');
    await writeFile(`${file}.next`, writeApolloManifest(manifestOf('site', ['ANONYMOUS'], bodies).operations));
    await rename(`${file}.next`, file);
  };
  await mkdir(join(folder, 'site'));
  await writeFile(join(folder, 'site', 'client.json'), '{ "identities": ["ANONYMOUS"] }');
  await publish(PEOPLE);
  const env = { SUPERGRAPH_FILE: shop.supergraphFile, FILES_POLL_MS: '50', OPERATIONS_FOLDER: folder };
  const urls = [await startProcess(env), await startProcess(env)];

  const ask = async (url: string, body: string, variables = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ documentId: `sha256:${sha256(body)}`, variables }),
    });
    return (await response.json()) as { data?: unknown };
  };
  const made = async (url: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return ['documents_parsed_total', 'documents_validated_total', 'operation_planning_duration_seconds_count'].map(
      (name) => Number(new RegExp(`^${name}(?:{[^}]*})? (\\d+)$`, 'm').exec(text)?.[1] ?? 0),
    );
  };
  for (const url of urls) {
    expect(await made(url)).toEqual([1, 1, 2]);
    for (const more of [false, true]) expect((await ask(url, PEOPLE, { more })).data).toBeDefined();
    expect(await made(url)).toEqual([1, 1, 2]);
  }
  await publish(PEOPLE, PRODUCTS);
  for (const url of urls) {
    await eventually(async () => expect((await ask(url, PRODUCTS)).data).toBeDefined());
    expect(await made(url)).toEqual([2, 2, 3]);
  }
  await writeFile(shop.supergraphFile, shop.supergraphSdl.replace(/^(type Shop)/m, '"""A place."""\n$1'));
  for (const url of urls) {
    await eventually(async () => expect(await made(url)).toEqual([4, 4, 6]));
    for (const more of [false, true]) expect((await ask(url, PEOPLE, { more })).data).toBeDefined();
    expect((await ask(url, PRODUCTS)).data).toBeDefined();
    expect(await made(url)).toEqual([4, 4, 6]);
  }
  await publish(PRODUCTS);
  for (const url of urls) await eventually(async () => expect((await ask(url, PEOPLE)).data).toBeUndefined());
});
