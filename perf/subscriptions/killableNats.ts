import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ManagedProcess } from '../../infra/stack/src/processes/managedProcess.ts';
import { startWatchdog } from '../../infra/stack/src/processes/watchdog.ts';
import { natsService } from '../../infra/stack/src/services/nats.ts';
import { startService } from '../../infra/stack/src/services/startService.ts';
import { say } from '../report.ts';
import type { Killable } from './killable.ts';

/** NATS with JetStream as the platform runs it, on a port of its own, its streams in files of its own. Both are gone with this process, however that ends. */
export function killableNats(port: number): Killable {
  const folder = mkdtempSync(join(tmpdir(), 'leadgraph-perf-nats-'));
  const watchdog = startWatchdog();
  watchdog.removeAtEnd(folder);
  const definition = natsService({
    port,
    dataDir: join(folder, 'streams'),
    logFile: join(folder, 'nats.log'),
    env: process.env,
    say,
  });
  let running: ManagedProcess | undefined;
  return {
    name: 'NATS',
    pid: () => running?.pid ?? -1,
    async start() {
      running = await startService(definition, watchdog);
    },
    async kill() {
      running?.kill('SIGKILL');
      await running?.ended;
      running = undefined;
    },
    async stop() {
      await running?.stop();
      running = undefined;
      watchdog.close();
    },
  };
}
