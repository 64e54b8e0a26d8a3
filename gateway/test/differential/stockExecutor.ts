import { ApolloGateway } from '@apollo/gateway';
import { type ExecutionResult, GraphQLError, type GraphQLSchema, Kind, parse } from 'graphql';
import { type Execute, outcomeOf } from './outcome.js';
import { executeSubgraph } from './startSubgraphs.js';

type Request = Parameters<ApolloGateway['executor']>[0];

/** ApolloGateway with its own executor, over subgraphs in this process: what the engine replaces. */
export async function loadStockExecutor(
  supergraphSdl: string,
  subgraphs: ReadonlyMap<string, GraphQLSchema>,
): Promise<Execute> {
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: quiet,
    __exposeQueryPlanExperimental: false,
    buildService: ({ name }) => ({
      async process({ request }) {
        const schema = subgraphs.get(name);
        if (!schema) throw new Error(`no subgraph ${name}`);
        const { query = '', variables } = request;
        // By way of JSON, as over HTTP: executors change what they are given.
        const sent = JSON.parse(JSON.stringify({ query, variables }));
        return JSON.parse(JSON.stringify(await executeSubgraph(schema, sent)));
      },
    }),
  });
  const { schema, executor } = await gateway.load();
  await gateway.stop();

  return async ({ query, variables }) => {
    const document = parse(query);
    const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    const request: Partial<Request> = {
      request: { query, variables: { ...variables } },
      document,
      operation,
      operationName: operation?.name?.value ?? null,
      source: query,
      queryHash: query,
      schema,
      context: {},
      logger: quiet,
      metrics: {},
    };
    const result = await (executor(request as Request) as Promise<ExecutionResult>).catch(crashed);
    // Missing values of non-null fields are no errors to it unless asked for.
    const missing = (result.extensions?.valueCompletion ?? []) as GraphQLError[];
    return outcomeOf({ data: result.data, errors: [...(result.errors ?? []), ...missing] });
  };
}

function crashed(error: unknown): ExecutionResult {
  return { data: null, errors: [new GraphQLError(`crashed: ${error}`)] };
}
