import { parseArgs } from 'node:util';
import { urlKey } from './subgraphs.js';
import { httpUrl } from './values.js';

/** What the flags say, as the variables that they stand for. Throws for flags that there are none of. */
export function readFlags(args: string[]): Record<string, string> {
  const { values } = parseArgs({
    args,
    options: {
      supergraph: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string' },
      subgraph: { type: 'string', multiple: true },
    },
  });
  return {
    ...Object.fromEntries((values.subgraph ?? []).map(readSubgraph)),
    ...(values.supergraph !== undefined && { SUPERGRAPH_FILE: values.supergraph }),
    ...(values.port !== undefined && { PORT: values.port }),
    ...(values.host !== undefined && { HOST: values.host }),
  };
}

function readSubgraph(pair: string): [variable: string, url: string] {
  const at = pair.indexOf('=');
  const [name, url] = [pair.slice(0, Math.max(at, 0)), pair.slice(at + 1)];
  if (!name || !httpUrl.safeParse(url).success)
    throw new Error(`--subgraph ${pair}: give name=url with an http(s) URL`);
  return [`${urlKey(name)}_URL`, url];
}
