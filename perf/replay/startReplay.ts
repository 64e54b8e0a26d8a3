import { fileURLToPath } from 'node:url';
import { startChild } from '../processes/childProcesses.ts';

/** The replayed subgraphs, running. */
export interface Replay {
  /** Each subgraph's URL by its name. */
  readonly urls: Readonly<Record<string, string>>;
  /** How many requests had to be executed because nobody had sent them before. */
  readonly recorded: () => Promise<number>;
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
    recorded: async () => {
      const answer = child.message();
      child.send('recorded');
      return ((await answer) as { recorded: number }).recorded;
    },
    stop: child.stop,
  };
}
