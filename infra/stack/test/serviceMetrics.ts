import type { SubgraphName } from '../src/config.ts';
import type { Platform } from '../src/platform.ts';

/** The sum of a counter of a subgraph over all the labels that fit, e.g. `{ origin: 'request' }`. */
export async function readCounter(
  platform: Platform,
  subgraph: SubgraphName,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const response = await fetch(new URL('/metrics', platform.urls.subgraphs[subgraph]));
  const lines = (await response.text()).split('\n');
  return lines
    .filter(
      (line) =>
        line.startsWith(`${name}{`) &&
        Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)),
    )
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
