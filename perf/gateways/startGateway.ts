import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunningChild, startChild } from '../processes/childProcesses.ts';
import { ask } from './ask.ts';
import type { GatewayKind, GatewayName, Sharing } from './gatewayKinds.ts';
import type { Keys } from './keys.ts';

const START_TIMEOUT_MS = 60_000;

/** A gateway that answers. */
export interface RunningGateway {
  readonly name: GatewayName;
  readonly label: string;
  readonly port: number;
  readonly pid: number;
  readonly lastOutput: () => string;
  readonly stop: () => Promise<void>;
}

export interface GatewayStart {
  readonly kind: GatewayKind;
  readonly sharing: Sharing;
  readonly supergraphFile: string;
  readonly keys: Keys;
  readonly cores: string | undefined;
}

/** Starts a gateway alone on its core and resolves when it answers; rejects with the end of its output when it does not. */
export async function startGateway({
  kind,
  sharing,
  supergraphFile,
  keys,
  cores,
}: GatewayStart): Promise<RunningGateway> {
  const { name, label } = kind;
  const port = await freePort();
  const child = startChild({ name: label, cores, ...kind.launch({ supergraphFile, port, sharing, keys }) });
  await untilItAnswers(child, port, keys.token);
  return { name, label, port, pid: child.pid, lastOutput: child.lastOutput, stop: child.stop };
}

async function untilItAnswers(child: RunningChild, port: number, token: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    // Whatever fails before the last moment is a gateway that is not up yet.
    const ready = await ask(port, '{"query":"{ __typename }"}', token).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (ready) return;
    if (child.hasEnded() || performance.now() > deadline) {
      throw new Error(`${child.name} ${child.hasEnded() ? 'ended' : 'does not answer'}:\n${child.lastOutput()}`);
    }
    await delay(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
