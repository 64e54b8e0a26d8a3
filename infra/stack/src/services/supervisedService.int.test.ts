import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePorts } from '../processes/freePorts.ts';
import { startWatchdog, type Watchdog } from '../processes/watchdog.ts';
import type { ServiceDefinition } from './service.ts';
import { SupervisedService } from './supervisedService.ts';

let folder: string;
let watchdog: Watchdog;
let said: string[];
let service: SupervisedService;

/** A server that listens, or ends at once with a complaint while the file `broken` exists. */
async function define(): Promise<ServiceDefinition> {
  const [port = 0] = await freePorts(1);
  const script = `if (require('fs').existsSync('broken')) { console.error('the disk is full'); process.exit(3); }
    require('net').createServer((socket) => socket.end()).listen(${port}, '127.0.0.1');`;
  return {
    name: 'thing',
    port,
    readyTimeoutMs: 10_000,
    prepare: async () => ({
      name: 'thing',
      command: process.execPath,
      args: ['-e', script],
      env: process.env,
      cwd: folder,
      logFile: join(folder, 'thing.log'),
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 2_000,
    }),
    probe: () =>
      new Promise<void>((resolve, reject) => {
        const socket = createConnection({ host: '127.0.0.1', port }, () => resolve());
        socket.once('error', reject).once('connect', () => socket.destroy());
      }),
  };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leadgraph-service-'));
  watchdog = startWatchdog();
  said = [];
  service = new SupervisedService(await define(), { watchdog, say: (line) => said.push(line) });
});
afterEach(async () => {
  await service.stop();
  watchdog.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a supervised service', () => {
  it('comes back when its process is killed, and says so', async () => {
    await service.start();
    const first = service.pid as number;
    process.kill(first, 'SIGKILL');
    await vi.waitFor(() => expect(said.at(-1)).toMatch(/^✓ thing is back after/), 10_000);
    expect(service.pid).not.toBe(first);
    expect(said[0]).toContain('thing was ended by SIGKILL');
  });

  it('goes on trying while it cannot start, and shows why', async () => {
    await service.start();
    writeFileSync(join(folder, 'broken'), '');
    process.kill(service.pid as number, 'SIGKILL');
    await vi.waitFor(() => expect(said.join('\n')).toContain('thing ended with code 3'), 10_000);
    expect(said.join('\n')).toContain('the disk is full');
    rmSync(join(folder, 'broken'));
    await vi.waitFor(() => expect(service.state).toBe('ready'), 10_000);
  });

  it('stays ended after kill() until it is started', async () => {
    await service.start();
    await service.kill('SIGKILL');
    expect(service).toMatchObject({ state: 'stopped', pid: undefined });
    await service.start();
    expect(service.state).toBe('ready');
    expect(said).toEqual([]);
  });

  it('rejects a first start that fails with the end of the log, and leaves nothing running', async () => {
    writeFileSync(join(folder, 'broken'), '');
    await expect(service.start()).rejects.toThrow(/thing ended with code 3[\s\S]*the disk is full/);
    expect(service).toMatchObject({ state: 'stopped', pid: undefined });
    expect(existsSync(join(folder, 'thing.log'))).toBe(true);
  });

  it('can be stopped while it starts', async () => {
    const started = service.start().catch((error: Error) => error);
    await vi.waitFor(() => expect(service.pid).toBeDefined());
    await service.stop();
    await started;
    expect(service).toMatchObject({ state: 'stopped', pid: undefined });
  });
});
