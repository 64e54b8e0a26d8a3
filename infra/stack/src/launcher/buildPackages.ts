import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../config.ts';

/** The build did not succeed; the message is its output. */
export class BuildFailed extends Error {
  override readonly name = 'BuildFailed';
}

/** Builds every package that has changed (turbo knows which). Throws `BuildFailed` with what the compiler said. */
export function buildPackages(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const turbo = spawn(
      join(PROJECT_ROOT, 'node_modules', '.bin', 'turbo'),
      ['run', 'build', '--output-logs=errors-only'],
      {
        cwd: PROJECT_ROOT,
        env: { ...env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(signal && { signal }),
      },
    );
    let output = '';
    for (const stream of [turbo.stdout, turbo.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    turbo.once('error', reject);
    turbo.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new BuildFailed(`The build failed:\n${output.trimEnd()}`));
    });
  });
}
