import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { portVariables, serviceNames } from '../src/config.ts';
import { freePorts } from '../src/processes/freePorts.ts';
import { loadStackKeys } from '../src/stackKeys.ts';
import { alive, descendants } from './processTree.ts';
import { type Launcher, runLauncher } from './runLauncher.ts';

const START = ['start', '--no-demo-data'];
const READY_MS = 90_000;

let folder: string;
let env: Record<string, string>;
let stack: Launcher;
let processes: number[];
/** The launcher proper, below bootstrap.mjs. */
let launcher: number;

async function start(): Promise<void> {
  stack = runLauncher(START, env);
  await Promise.race([
    vi.waitFor(() => expect(stack.output()).toContain('Leadgraph is ready'), { timeout: READY_MS, interval: 100 }),
    stack.ended.then(() => Promise.reject(new Error(`The stack did not come up:\n${stack.output()}`))),
  ]);
  processes = descendants(stack.child.pid ?? 0);
  launcher = processes[0] ?? 0;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leadgraph-stack-'));
  const ports = await freePorts(serviceNames.length);
  env = Object.fromEntries(serviceNames.map((name, index) => [portVariables[name], `${ports[index]}`]));
  env.LEADGRAPH_DIR = folder;
  await start();
}, READY_MS);

afterAll(async () => {
  stack.child.kill('SIGTERM');
  await stack.ended;
  rmSync(folder, { recursive: true, force: true });
});

// In this order: a stack takes seconds to start, so the tests share one and end with its end.
describe('npm start', () => {
  it('answers at the gateway and says where', async () => {
    expect(stack.output()).toContain(`http://localhost:${env.PORT}/graphql`);
    const response = await fetch(`http://127.0.0.1:${env.PORT}/health/ready`);
    expect(response.status).toBe(200);
  });

  it('has a partner whose key it says, and keeps', async () => {
    const key = readFileSync(join(folder, 'keys/partner-acme.key'), 'utf8').trim();
    const [, body = ''] = new RegExp(`-H 'x-partner-key: ${key}' .* -d '(.+)'`).exec(stack.output()) ?? [];
    const ready = await fetch(`http://127.0.0.1:${env.PORT}/health/ready`);
    expect(await ready.json()).toMatchObject({ clients: { source: 'nats', clients: 1, manifests: 3 } });
    const call = (sent: string) =>
      fetch(`http://127.0.0.1:${env.PORT}/graphql`, {
        method: 'POST',
        headers: { 'x-partner-key': sent, 'content-type': 'application/json' },
        body,
      });
    expect(await (await call(key)).json()).toMatchObject({ data: { health: { leads: { status: 'OK' } } } });
    expect((await call(`${key}x`)).status).toBe(401);
  });

  it('says that it runs already when it is started a second time', async () => {
    const second = runLauncher(START, env);
    expect((await second.ended).code).toBe(1);
    expect(second.output()).toContain(`The stack runs already: http://localhost:${env.PORT} (process ${launcher})`);
  });

  it('names each port that is in use, by whom, and what to do', async () => {
    const other = mkdtempSync(join(tmpdir(), 'leadgraph-stack-'));
    const second = runLauncher(START, { ...env, LEADGRAPH_DIR: other });
    expect((await second.ended).code).toBe(1);
    expect(second.output()).toMatch(
      new RegExp(`Port ${env.PORT}, wanted by gateway, is in use by process \\d+ \\(.*gateway`),
    );
    expect(second.output()).toMatch(/End it with "kill \d+", or take another port: LEADS_PORT=\d+ npm start/);
    expect(second.output()).toContain(`Port ${env.POSTGRES_PORT}, wanted by postgres`);
    expect(alive(processes)).toEqual(processes);
    rmSync(other, { recursive: true, force: true });
  });

  it('lets no role connect to the database of another', async () => {
    const { passwords } = await loadStackKeys(join(folder, 'keys'));
    const connect = async (user: 'leads' | 'payments', database: string) => {
      const client = new pg.Client({
        host: '127.0.0.1',
        port: Number(env.POSTGRES_PORT),
        user,
        password: passwords[user],
        database,
      });
      try {
        await client.connect();
        const { rows } = await client.query('SELECT current_user AS role');
        return rows[0].role;
      } catch (error) {
        return (error as Error).message;
      } finally {
        await client.end().catch(() => {});
      }
    };
    await expect(connect('leads', 'leads')).resolves.toBe('leads');
    for (const database of ['agents', 'payments', 'ai', 'postgres', 'template1']) {
      await expect(connect('leads', database)).resolves.toBe(`permission denied for database "${database}"`);
    }
    await expect(connect('payments', 'leads')).resolves.toBe('permission denied for database "leads"');
  });

  it('starts a service that was killed again', async () => {
    const payments = `http://127.0.0.1:${env.PAYMENTS_PORT}/health/ready`;
    const { portOwner } = await import('../src/launcher/portOwner.ts');
    const killed = portOwner(Number(env.PAYMENTS_PORT))?.pid ?? 0;
    process.kill(killed, 'SIGKILL');
    await vi.waitFor(() => expect(stack.output()).toContain('payments is back'), { timeout: 30_000, interval: 100 });
    expect(stack.output()).toContain('payments was ended by SIGKILL. Its last lines');
    expect((await fetch(payments)).status).toBe(200);
    processes = descendants(stack.child.pid ?? 0);
  });

  it('leaves no process behind when the launcher is killed', async () => {
    expect(processes.length).toBeGreaterThan(serviceNames.length);
    process.kill(launcher, 'SIGKILL');
    expect((await stack.ended).signal).toBe('SIGKILL');
    await vi.waitFor(() => expect(alive(processes)).toEqual([]), { timeout: 15_000, interval: 50 });
  });

  it(
    'starts after a crash and stops everything on SIGTERM',
    async () => {
      await start();
      stack.child.kill('SIGTERM');
      expect((await stack.ended).code).toBe(0);
      expect(alive(processes)).toEqual([]);
      await expect(isFree(Number(env.POSTGRES_PORT))).resolves.toBe(true);
    },
    READY_MS,
  );
});

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}
