import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { prettyFormatQueryPlan, QueryPlanner } from '@apollo/query-planner';
import { execute, type GraphQLSchema, parse } from 'graphql';
import { readConfig } from '../../src/config.js';
import { startGateway } from '../../src/gateway.js';
import { createLogger } from '../../src/log.js';
import { type Execute, type OperationRequest, outcomeOf, type Reference } from './outcome.js';
import { startSubgraphs } from './startSubgraphs.js';
import { loadStockExecutor } from './stockExecutor.js';
import { withoutNonNull } from './withoutNonNull.js';

export interface DifferentialInput {
  /** Each with its resolvers. */
  readonly subgraphs: readonly { readonly name: string; readonly sdl: string; readonly schema: GraphQLSchema }[];
  /** Gives the merged schema its resolvers; `promised` has the non-null types when they were taken out of it. */
  readonly resolveMerged: (schema: GraphQLSchema, promised?: GraphQLSchema) => void;
  readonly withStock: boolean;
  /** Called before each execution. */
  readonly reset?: () => void;
}

/** The three ways to execute an operation, over the same data. */
export interface Differential {
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** One graphql-js execution without federation. */
  readonly reference: (request: OperationRequest) => Promise<Reference>;
  /** The gateway, over HTTP. */
  readonly engine: Execute;
  readonly stock: Execute | undefined;
  /** Apollo's plan in words, or why there is none. */
  explain(query: string): string;
  stop(): Promise<void>;
}

const CONTEXT = 'https://specs.apollo.dev/context/v0.1';

/** Composes the subgraphs, starts them and the gateway over them, and loads the executions that it is compared with. */
export async function startDifferential(input: DifferentialInput): Promise<Differential> {
  const schemas = new Map(input.subgraphs.map(({ name, schema }) => [name, schema]));
  const running = await startSubgraphs(schemas);
  const supergraphSdl = compose(input.subgraphs, running.url);
  const features = new Set([...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, CONTEXT]);
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: features });
  const apiSchema = supergraph.apiSchema().toGraphQLJSSchema();
  input.resolveMerged(apiSchema);
  const nullable = withoutNonNull(apiSchema);
  input.resolveMerged(nullable, apiSchema);

  const folder = await mkdtemp(join(tmpdir(), 'gateway-differential-'));
  const supergraphFile = join(folder, 'supergraph.graphql');
  await writeFile(supergraphFile, supergraphSdl);
  // Identical requests are all executed; what they fetch is shared.
  const environment = { SUPERGRAPH_FILE: supergraphFile, PORT: '0', GRAPHIQL: 'false', SHARE_REQUESTS: 'false' };
  const config = readConfig(environment, []);
  const gateway = await startGateway(config, createLogger({ level: 'silent' }));

  const fresh =
    (run: Execute): Execute =>
    (request) => {
      input.reset?.();
      return run(request);
    };
  const planner = new QueryPlanner(supergraph);
  const executeFresh = (schema: GraphQLSchema, request: OperationRequest) =>
    fresh(async ({ query, variables }) =>
      outcomeOf(await execute({ schema, document: parse(query), variableValues: variables })),
    )(request);
  return {
    apiSchema,
    explain(query) {
      try {
        const operation = operationFromDocument(supergraph.apiSchema(), parse(query));
        return prettyFormatQueryPlan(planner.buildQueryPlan(operation));
      } catch (error) {
        return `none: ${error}`;
      }
    },
    async reference(request) {
      const failures = await executeFresh(nullable, request);
      return { ...(await executeFresh(apiSchema, request)), failures: new Set(failures.errors) };
    },
    engine: fresh(async (request) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      });
      return outcomeOf((await response.json()) as Parameters<typeof outcomeOf>[0]);
    }),
    stock: input.withStock ? fresh(await loadStockExecutor(supergraphSdl, schemas)) : undefined,
    async stop() {
      await gateway.stop();
      await running.close();
      await rm(folder, { recursive: true });
    },
  };
}

function compose(subgraphs: DifferentialInput['subgraphs'], url: (name: string) => string): string {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(({ name, sdl }) => ({ name, url: url(name), typeDefs: parse(sdl) })),
  );
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}
