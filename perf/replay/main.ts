// The four subgraphs as a process of their own. Says its ports to the parent, and what has come when asked.
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { subgraphs } from '../shop/subgraphs.ts';
import { listenForSubgraph } from './listenForSubgraph.ts';
import { Recordings } from './recordings.ts';

const ports: Record<string, number> = {};
const all: Recordings[] = [];
for (const { name, sdl, resolvers } of subgraphs) {
  const recordings = new Recordings(buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]));
  all.push(recordings);
  ports[name] = await listenForSubgraph(recordings);
}
process.on('message', () => {
  const sum = (key: 'requests' | 'recorded') => all.reduce((total, each) => total + each[key], 0);
  process.send?.({ requests: sum('requests'), recorded: sum('recorded') });
});
process.send?.({ ports });
