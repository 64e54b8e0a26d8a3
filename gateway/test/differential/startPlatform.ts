import { readdir, readFile } from 'node:fs/promises';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { generatedReferences, resolveGenerated } from './generatedWorld.js';
import { type Differential, startDifferential } from './startDifferential.js';

const FOLDER = new URL('../../../schema/subgraphs/', import.meta.url);

/** Starts the platform's own supergraph with subgraphs that generate their answers. */
export async function startPlatform(): Promise<Differential> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.graphql')).sort();
  const parts = await Promise.all(
    files.map(async (file) => ({
      name: file.replace('.graphql', ''),
      sdl: withoutRights(await readFile(new URL(file, FOLDER), 'utf8')),
    })),
  );
  const { supergraphSdl, errors } = composeServices(
    parts.map(({ name, sdl }) => ({ name, url: 'http://unused.test', typeDefs: parse(sdl) })),
  );
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  const api = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
  const all = entitiesOf(parts.map(({ sdl }) => sdl).join('\n'));
  const world = { api, entities: all };

  return startDifferential({
    subgraphs: parts.map(({ name, sdl }) => {
      const resolvers = generatedReferences(entitiesOf(sdl));
      const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
      resolveGenerated(schema, world);
      return { name, sdl, schema };
    }),
    resolveMerged: (schema, promised) => resolveGenerated(schema, { ...world, tellAll: promised !== undefined }),
    withStock: true,
  });
}

/** ApolloGateway refuses a supergraph with rights; what they cut is compared in `rightsProperty.int.test.ts`. */
function withoutRights(sdl: string): string {
  return sdl.replace(/ @(authenticated|policy\(policies: \[\[.*?\]\]\)|requiresScopes\(scopes: \[\[.*?\]\]\))/g, '');
}

/** The types with a key; on the platform all keys are `id`. */
function entitiesOf(sdl: string): Set<string> {
  return new Set([...sdl.matchAll(/^type (\w+)[^{\n]* @key\(fields: "id"/gm)].map(([, name]) => name ?? ''));
}
