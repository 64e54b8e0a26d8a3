import { spawnSync } from 'node:child_process';

/** A name that two stacks on one machine do not share: they differ in their ports. */
export const containerName = (service: string, port: number): string => `leadgraph-${service}-${port}`;

/** Removes the container that a killed launcher may have left under this name. */
export function removeContainer(name: string, env: NodeJS.ProcessEnv): void {
  spawnSync('docker', ['rm', '--force', name], { env, stdio: 'ignore', timeout: 30_000 });
}
