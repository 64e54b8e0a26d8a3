import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceName } from '../src/config.ts';
import { buildPackages } from '../src/launcher/buildPackages.ts';
import { type Platform, type PlatformOptions, startPlatform } from '../src/platform.ts';

export interface TestPlatform {
  readonly platform: Platform;
  /** For files of the tests; deleted at the end. */
  readonly folder: string;
  /** Stops everything and deletes what it kept. */
  stop(): Promise<void>;
}

/**
 * The whole platform, as built, on free ports and empty stores, with a model that answers in about 50 ms; what a killed process had taken
 * comes again after 3 s. `serviceEnv`: variables of single services.
 */
export async function startTestPlatform(
  serviceEnv: Readonly<Partial<Record<ServiceName, NodeJS.ProcessEnv>>> = {},
  options: Pick<PlatformOptions, 'pgbouncer'> = {},
): Promise<TestPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'leadgraph-saga-'));
  const lines: string[] = [];
  try {
    const platform = await startPlatform({
      ...options,
      folder,
      built: buildPackages(process.env),
      say: (line) => lines.push(line),
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ACK_WAIT_MS: '3000' },
      serviceEnv: { openai: { EMULATOR_LATENCY_MS: '50' }, ...serviceEnv },
    });
    return {
      platform,
      folder,
      async stop() {
        await platform.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    throw new Error(`The platform did not start:\n${lines.join('\n')}`, { cause: error });
  }
}
