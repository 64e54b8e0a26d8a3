import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Ports, portVariables, type ServiceName } from '../config.ts';
import { portOwner } from './portOwner.ts';

/** Ports that something else listens on; the message names each, by whom it is held and what to do. */
export class PortsInUse extends Error {
  override readonly name = 'PortsInUse';
}

/**
 * Throws `PortsInUse` when a port of `services` is taken. For `patienceMs` it waits for ports to become free: what a killed launcher left behind is being ended at that
 * moment.
 */
export async function checkPorts(
  ports: Ports,
  services: readonly ServiceName[],
  { host, patienceMs }: { host: string; patienceMs: number },
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const taken: ServiceName[] = [];
    for (const service of services) {
      if (!(await isFree(ports[service], service === 'gateway' ? host : '127.0.0.1'))) taken.push(service);
    }
    if (taken.length === 0) return;
    if (performance.now() > deadline) throw new PortsInUse(taken.map((service) => describe(service, ports)).join('\n'));
    await delay(100);
  }
}

function describe(service: ServiceName, ports: Ports): string {
  const port = ports[service];
  const owner = portOwner(port);
  const by = owner ? `by process ${owner.pid} (${owner.command})` : 'by another program';
  const end = owner ? `End it with "kill ${owner.pid}"` : 'End that program';
  return `Port ${port}, wanted by ${service}, is in use ${by}.\n  ${end}, or take another port: ${portVariables[service]}=${port + 1000} npm start`;
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
