import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { containerName, removeContainer } from './container.ts';
import { findServerProgram, type WantedServer } from './serverProgram.ts';
import type { ServiceDefinition, ServiceSurroundings } from './service.ts';

const REDIS: WantedServer = {
  program: 'redis-server',
  aptPackage: 'redis-server',
  dockerImage: 'redis:7-alpine',
  brewFormula: 'redis',
  urlVariable: 'REDIS_URL',
};

/** Redis as a cache: nothing of it is kept on disk. */
export function redisService({ port, dataDir, logFile, env, say }: ServiceSurroundings): ServiceDefinition {
  const memory = ['--save', '', '--appendonly', 'no', '--maxmemory', '128mb', '--maxmemory-policy', 'allkeys-lru'];
  return {
    name: 'redis',
    port,
    readyTimeoutMs: 60_000,
    async prepare() {
      mkdirSync(dataDir, { recursive: true });
      const program = findServerProgram(REDIS, { env, say });
      const common = { name: 'redis', env, logFile, stopSignal: 'SIGTERM', stopTimeoutMs: 5_000 } as const;
      if (program.kind === 'binary') {
        const args = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', dataDir, ...memory];
        return { ...common, command: program.path, args };
      }
      const container = containerName('redis', port);
      removeContainer(container, env);
      const run = ['run', '--rm', '--name', container, '-p', `127.0.0.1:${port}:6379`, program.image];
      return { ...common, command: 'docker', args: [...run, 'redis-server', ...memory], container };
    },
    probe: () => ping(port),
  };
}

/** Speaks one inline command: a client library for that alone would be more than it is worth. */
function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.setTimeout(1_000, () => socket.destroy(new Error('Redis does not answer')));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => {
      socket.destroy();
      if (answer.toString('latin1').startsWith('+PONG')) resolve();
      else reject(new Error('what listens there is not Redis'));
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('Redis closed the connection')));
  });
}
