import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { type FeatureSupergraph, linked } from './featureSupergraph.js';
import { type Differential, startDifferential } from './startDifferential.js';
import type { Values } from './world.js';
import { referenceResolvers, resolveReference, resolveSubgraph, surroundingsOf } from './worldResolvers.js';

/** Starts a feature's supergraph: its subgraphs and its reference answer from the feature's world. */
export function startFeature({ subgraphs, world, notForStock }: FeatureSupergraph): Promise<Differential> {
  let state: Values = world.initialState?.() ?? {};
  const surroundings = surroundingsOf(world, () => state);
  return startDifferential({
    subgraphs: Object.entries(subgraphs).map(([name, text]) => {
      const sdl = linked(text);
      const resolvers = referenceResolvers(sdl, world, surroundings);
      const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
      resolveSubgraph(schema, sdl, world, surroundings);
      return { name, sdl, schema };
    }),
    resolveMerged: (schema, promised) => resolveReference(schema, world, surroundings, promised),
    withStock: notForStock === undefined,
    reset: () => (state = world.initialState?.() ?? {}),
  });
}
