import { existsSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../config.ts';
import type { ServiceDefinition } from './service.ts';

export interface NodeServiceOptions {
  readonly name: string;
  readonly port: number;
  /** Relative to the project. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** The most that its JavaScript heap may take. */
  readonly heapMegabytes: number;
  /** A third of its young generation. Node's 16 MB suit a busy process; 4 keep an idle one 17 to 50 MB smaller. */
  readonly semiSpaceMegabytes: number;
  /** Longer than the service's own drain time. */
  readonly stopTimeoutMs: number;
}

/** One of the project's own programs, built before. It is ready when `/health/ready` answers 200. */
export function nodeService(options: NodeServiceOptions): ServiceDefinition {
  const { name, port, env, logFile } = options;
  const script = join(PROJECT_ROOT, options.script);
  return {
    name,
    port,
    readyTimeoutMs: 120_000,
    async prepare() {
      if (!existsSync(script)) throw new Error(`${options.script} is not there: run "npm run build".`);
      return {
        name,
        command: process.execPath,
        // No --enable-source-maps: it keeps the maps of every package in memory, 50 MB and 0.8 s of start for each process.
        args: [
          `--max-old-space-size=${options.heapMegabytes}`,
          `--max-semi-space-size=${options.semiSpaceMegabytes}`,
          script,
        ],
        env: { ...env, PORT: `${port}` },
        cwd: PROJECT_ROOT,
        logFile,
        stopSignal: 'SIGTERM',
        stopTimeoutMs: options.stopTimeoutMs,
      };
    },
    probe: () => ready(port),
  };
}

function ready(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(
      { host: '127.0.0.1', port, path: '/health/ready', timeout: 3_000, agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.once('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`/health/ready answers ${response.statusCode}: ${body.slice(0, 300)}`));
        });
      },
    );
    request.once('timeout', () => request.destroy(new Error('/health/ready does not answer')));
    request.once('error', reject);
  });
}
