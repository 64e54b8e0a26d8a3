import { fileURLToPath } from 'node:url';
import { startChild } from '../processes/childProcesses.ts';

/** What came to the subgraphs since they were started. */
export interface Traffic {
  readonly requests: number;
  /** Those that nobody had sent before, so that they had to be executed. */
  readonly recorded: number;
}

/** The replayed subgraphs, running. */
export interface Replay {
  /** Each subgraph's URL by its name. */
  readonly urls: Readonly<Record<string, string>>;
  readonly traffic: () => Promise<Traffic>;
  readonly stop: () => Promise<void>;
}

/** Starts the replayed subgraphs as a process of their own on the given cores. */
export async function startReplay(cores: string | undefined): Promise<Replay> {
  const child = startChild({
    name: 'The replayed subgraphs',
    args: [fileURLToPath(new URL('./main.ts', import.meta.url))],
    env: {},
    cores,
  });
  const { ports } = (await child.message()) as { ports: Record<string, number> };
  return {
    urls: Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, `http://127.0.0.1:${port}/${name}`])),
    traffic: async () => {
      const answer = child.message();
      child.send('traffic');
      return (await answer) as Traffic;
    },
    stop: child.stop,
  };
}
