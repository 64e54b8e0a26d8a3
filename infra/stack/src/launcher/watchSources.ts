import { spawn } from 'node:child_process';
import { mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT, type ServiceName, subgraphNames } from '../config.ts';
import type { Platform } from '../platform.ts';
import { startWatchdog } from '../processes/watchdog.ts';

/** A compiler writes many files for one change. */
const SETTLED_MS = 150;

/** What has to be restarted when a package was compiled. The gateway takes a new supergraph without a restart. */
const CONCERNED: Readonly<Record<string, readonly ServiceName[]>> = {
  schema: subgraphNames,
  'subgraphs/kit': subgraphNames,
  ...Object.fromEntries(subgraphNames.map((name) => [`subgraphs/${name}`, [name]])),
  gateway: ['gateway'],
  'infra/emulators': ['openai'],
};

/**
 * Compiles every package on each change and restarts the services that it concerns, until `signal` is aborted. What the compiler says goes to the screen; a service that does
 * not come up is told of and waits for the next change.
 */
export function watchSources(platform: Platform, options: { say: (line: string) => void; signal: AbortSignal }): void {
  const { say, signal } = options;
  const packages = Object.keys(CONCERNED);
  const watchdog = startWatchdog();
  const compiler = spawn(
    join(PROJECT_ROOT, 'node_modules', '.bin', 'tsc'),
    ['-b', '-w', '--preserveWatchOutput', ...packages],
    { cwd: PROJECT_ROOT, stdio: ['ignore', 'inherit', 'inherit'], detached: true },
  );
  if (compiler.pid !== undefined) watchdog.watch(compiler.pid, 'SIGTERM');
  compiler.once('error', (error) => say(`✗ the compiler could not be started: ${error.message}`));
  signal.addEventListener('abort', () => watchdog.close(), { once: true });

  const restart = restarter(platform, say);
  for (const [folder, services] of Object.entries(CONCERNED)) {
    const output = join(PROJECT_ROOT, folder, 'dist');
    mkdirSync(output, { recursive: true });
    let timer: NodeJS.Timeout | undefined;
    watch(output, { recursive: true, signal }, (_event, file) => {
      if (!file?.endsWith('.js')) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (!signal.aborted) void restart(services);
      }, SETTLED_MS);
    });
  }
}

/** Restarts of one service follow each other; those of several run side by side. */
function restarter(platform: Platform, say: (line: string) => void) {
  const underWay = new Map<ServiceName, Promise<void>>();
  const once = async (name: ServiceName) => {
    const began = performance.now();
    try {
      const service = platform.service(name);
      await service.stop();
      await service.start();
      say(`✓ ${name} restarted ${((performance.now() - began) / 1000).toFixed(1)} s`);
    } catch (error) {
      say(`✗ ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return async (services: readonly ServiceName[]) => {
    const here = services.filter((name) => platform.services.includes(name));
    for (const name of here)
      underWay.set(
        name,
        (underWay.get(name) ?? Promise.resolve()).then(() => once(name)),
      );
    await Promise.all(here.map((name) => underWay.get(name)));
  };
}
