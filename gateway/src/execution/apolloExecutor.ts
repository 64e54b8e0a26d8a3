import { ApolloGateway } from '@apollo/gateway';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema, Kind } from 'graphql';
import type { Logger } from '../log.js';
import type { PreparedOperation } from '../operation/prepareDocument.js';
import type { RequestContext } from '../requestContext.js';
import { type Subgraph, SubgraphDataSource, type SubgraphDataSourceOptions } from '../subgraph/subgraphDataSource.js';

/** What an execution came to. Without `data` nothing was executed. */
export interface ExecutionOutcome {
  readonly data?: Record<string, unknown> | null;
  readonly errors: readonly GraphQLFormattedError[];
}

export interface ExecutionRequest {
  readonly operation: PreparedOperation;
  readonly variables: Record<string, unknown>;
  readonly context: RequestContext;
}

/** A supergraph made ready to answer. Whatever plans and executes stands behind this, so that it can be exchanged. */
export interface Executor {
  /** The schema that clients see. */
  readonly apiSchema: GraphQLSchema;
  readonly subgraphs: readonly Subgraph[];
  /** Plans (once an operation) and executes. Throws only on faults of our own; what went wrong in subgraphs stands in `errors`. */
  execute(request: ExecutionRequest): Promise<ExecutionOutcome>;
}

export interface ApolloExecutorOptions extends SubgraphDataSourceOptions {
  /** The address of a subgraph, given the one of the supergraph; throws when there is none that can be used. */
  readonly resolveUrl: (name: string, url: string | undefined) => string;
  readonly log: Logger;
}

type ApolloRequestContext = Parameters<ApolloGateway['executor']>[0];

/**
 * Loads a supergraph into ApolloGateway and uses its planner and its executor, without Apollo Server around it. Throws when the text is no
 * supergraph. The context that Apollo Server would make is reduced to the fields that the executor reads.
 */
export async function loadApolloExecutor(supergraphSdl: string, options: ApolloExecutorOptions): Promise<Executor> {
  // Read by ApolloGateway's constructor: no telemetry leaves this process.
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  const subgraphs: Subgraph[] = [];
  const gateway = new ApolloGateway({
    supergraphSdl,
    validateSupergraph: true,
    __exposeQueryPlanExperimental: false,
    logger: quiet(options.log),
    buildService: ({ name, url }) => {
      const subgraph = { name, url: options.resolveUrl(name, url) };
      subgraphs.push(subgraph);
      return new SubgraphDataSource(subgraph, options);
    },
  });
  const { schema, executor } = await gateway.load();

  return {
    apiSchema: schema,
    subgraphs,
    async execute({ operation, variables, context }) {
      const result = await executor({
        request: { query: operation.text, operationName: operation.name, variables },
        document: operation.document,
        operation: operation.definition,
        operationName: operation.name ?? null,
        source: operation.text,
        queryHash: operation.hash,
        schema,
        schemaHash: '' as ApolloRequestContext['schemaHash'],
        context: context as unknown as ApolloRequestContext['context'],
        logger: quiet(options.log),
        cache: noCache,
        metrics: {},
        overallCachePolicy: undefined,
      });
      const { data } = result;
      const errors = [...(result.errors ?? []), ...incomplete(result.extensions)].map((error) =>
        present(error, context, options.log),
      );
      return { ...(data !== undefined && { data }), errors };
    },
  };
}

/**
 * A value that a subgraph left out of a non-null field: Apollo reports it in `extensions.valueCompletion`, where clients do not look. The GraphQL
 * specification (6.4.4) wants an error, and so do clients that would otherwise take `null` for an answer.
 */
function incomplete(extensions: Record<string, unknown> | undefined): GraphQLError[] {
  const faults = extensions?.valueCompletion;
  if (!Array.isArray(faults)) return [];
  return faults.map(
    ({ message, path }: GraphQLError) =>
      new GraphQLError(message, { path, extensions: { code: 'NULL_IN_NON_NULL_FIELD' } }),
  );
}

function present(error: GraphQLError, { requestId }: RequestContext, log: Logger): GraphQLFormattedError {
  const { message, locations, path, extensions, nodes } = error;
  if (typeof extensions?.code === 'string') return { message, ...(path && { path }), extensions };
  if (nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION) {
    return { message, ...(locations && { locations }), extensions: { code: 'BAD_USER_INPUT' } };
  }
  log.error({ err: error, requestId }, 'the execution of an operation failed');
  return {
    message: 'Something went wrong on our side. Try again; if it stays, report the request id.',
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
  };
}

/** Apollo's own news are of interest only when something is looked for. */
function quiet(log: Logger): ApolloRequestContext['logger'] {
  const debug = (message?: unknown) => log.debug(String(message));
  return {
    debug,
    info: debug,
    warn: (message) => log.warn(String(message)),
    error: (message) => log.error(String(message)),
  };
}

/** The executor's type asks for a cache that it never uses. */
const noCache: ApolloRequestContext['cache'] = {
  get: async () => undefined,
  set: async () => {},
  delete: async () => {},
};
