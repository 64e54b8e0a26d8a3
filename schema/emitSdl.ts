/** A subgraph that is part of the graph: its name in the supergraph, the address that the supergraph carries, and what builds its schema. */
export interface SubgraphEntry {
  readonly name: string;
  readonly url: string;
  /** The package that exports the builder; imported by name only when asked for, since subgraphs depend on this package. */
  readonly module: string;
  readonly builder: string;
}

/** The graph's subgraphs. The addresses are those of the local stack; elsewhere the gateway is told others (`SUBGRAPH_URLS`, `<NAME>_URL`). */
export const subgraphs: readonly SubgraphEntry[] = [
  {
    name: 'leads',
    url: 'http://127.0.0.1:4001/graphql',
    module: '@leadgraph/leads/schema',
    builder: 'buildLeadsSchema',
  },
  {
    name: 'agents',
    url: 'http://127.0.0.1:4002/graphql',
    module: '@leadgraph/agents/schema',
    builder: 'buildAgentsSchema',
  },
  {
    name: 'payments',
    url: 'http://127.0.0.1:4003/graphql',
    module: '@leadgraph/payments/schema',
    builder: 'buildPaymentsSchema',
  },
  { name: 'ai', url: 'http://127.0.0.1:4004/graphql', module: '@leadgraph/ai/schema', builder: 'buildAiSchema' },
];

/** Builds a subgraph's schema, without a server or a database, and returns its SDL. Throws when the subgraph is not built. */
export async function emitSdl({ name, module, builder }: SubgraphEntry): Promise<string> {
  const exported = (await import(module).catch((cause: unknown) => {
    throw new Error(`the schema of "${name}" cannot be imported from ${module}; is it built (npm run build)?`, {
      cause,
    });
  })) as Record<string, (() => Promise<{ sdl: string }>) | undefined>;
  const build = exported[builder];
  if (!build) throw new Error(`${module} does not export ${builder}()`);
  return `${(await build()).sdl.trim()}\n`;
}
