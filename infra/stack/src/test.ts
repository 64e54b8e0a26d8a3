import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT, readStackConfig } from './config.ts';
import { BuildFailed, buildPackages } from './launcher/buildPackages.ts';
import { createSteps } from './launcher/steps.ts';
import { untilStopped } from './launcher/untilStopped.ts';

/** vitest's own report of the last run; `.ci/run` counts from it. */
const REPORT = join(PROJECT_ROOT, '.leadgraph', 'test-report.json');

/** `npm test`: builds what has changed and runs vitest, which starts its own PostgreSQL, Redis and NATS. Arguments go to vitest. Answers its exit code. */
async function main(args: string[]): Promise<number> {
  const { env, parentPid } = readStackConfig();
  mkdirSync(dirname(REPORT), { recursive: true });
  rmSync(REPORT, { force: true });
  try {
    await createSteps().time('built', () => buildPackages(env));
  } catch (error) {
    if (!(error instanceof BuildFailed)) throw error;
    console.error(error.message);
    return 1;
  }
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const vitest = spawn(join(PROJECT_ROOT, 'node_modules', '.bin', 'vitest'), ['run', ...reporters, ...args], {
    cwd: PROJECT_ROOT,
    env,
    stdio: 'inherit',
  });
  untilStopped(parentPid, () => vitest.kill('SIGKILL')).addEventListener('abort', () => vitest.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    vitest.once('error', reject);
    vitest.once('exit', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main(process.argv.slice(2));
