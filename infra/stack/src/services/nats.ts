import { mkdirSync } from 'node:fs';
import { connect } from 'nats';
import { containerName, removeContainer } from './container.ts';
import { findServerProgram, type WantedServer } from './serverProgram.ts';
import type { ServiceDefinition, ServiceSurroundings } from './service.ts';

const NATS: WantedServer = {
  program: 'nats-server',
  aptPackage: 'nats-server',
  dockerImage: 'nats:2.10-alpine',
  brewFormula: 'nats-server',
  urlVariable: 'NATS_URL',
};

/** NATS with JetStream, its streams kept under `dataDir`. */
export function natsService({ port, dataDir, logFile, env, say }: ServiceSurroundings): ServiceDefinition {
  return {
    name: 'nats',
    port,
    readyTimeoutMs: 60_000,
    async prepare() {
      mkdirSync(dataDir, { recursive: true });
      const program = findServerProgram(NATS, { env, say });
      const common = { name: 'nats', env, logFile, stopSignal: 'SIGTERM', stopTimeoutMs: 10_000 } as const;
      if (program.kind === 'binary') {
        const args = ['--addr', '127.0.0.1', '--port', `${port}`, '--jetstream', '--store_dir', dataDir];
        return { ...common, command: program.path, args };
      }
      const container = containerName('nats', port);
      removeContainer(container, env);
      const run = ['run', '--rm', '--name', container, '-p', `127.0.0.1:${port}:4222`, '-v', `${dataDir}:/data`];
      return { ...common, command: 'docker', args: [...run, program.image, '-js', '-sd', '/data'], container };
    },
    async probe() {
      const connection = await connect({ servers: `127.0.0.1:${port}`, reconnect: false, timeout: 1_000 });
      try {
        await connection.jetstreamManager({ timeout: 1_000 });
      } finally {
        await connection.close();
      }
    },
  };
}
