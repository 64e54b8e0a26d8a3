import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { execute, type GraphQLSchema, parse } from 'graphql';

export interface SubgraphRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
}

export interface RunningSubgraphs {
  readonly url: (name: string) => string;
  close(): Promise<void>;
}

/** Executes in a subgraph. */
export async function executeSubgraph(schema: GraphQLSchema, { query, variables }: SubgraphRequest) {
  const { data, errors } = await execute({ schema, document: parse(query), variableValues: variables });
  return { data, ...(errors && { errors: errors.map((error) => error.toJSON()) }) };
}

/** One HTTP server for all subgraphs, a path for each. */
export async function startSubgraphs(schemas: ReadonlyMap<string, GraphQLSchema>): Promise<RunningSubgraphs> {
  const server = createServer(async (request, response) => {
    const schema = schemas.get((request.url ?? '').slice(1));
    const answer = schema && (await executeSubgraph(schema, (await json(request)) as SubgraphRequest));
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? null));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
