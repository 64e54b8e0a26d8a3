import { parentPort, workerData } from 'node:worker_threads';
import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  type Directive,
  operationFromDocument,
  type Schema,
  Supergraph,
} from '@apollo/federation-internals';
import { ApolloGateway } from '@apollo/gateway';
import { QueryPlanner } from '@apollo/query-planner';
import { type GraphQLSchema, isAbstractType, isInterfaceType, Kind, parse, print, printSchema, visit } from 'graphql';
import type { LoadedSupergraph, PlannerInput, PlannerReply, PlannerRequest } from './plannerProtocol.js';

/*
 * The thread that knows Apollo's packages: loads one supergraph, then plans the operations that it is sent, one at a time. Alone in a thread because planning is
 * synchronous: here it blocks no request, and the thread can be ended when an operation takes too long.
 */

const port = parentPort;
if (!port) throw new Error('plannerWorker has to run as a worker thread');
const { supergraphSdl, maxEvaluatedPlans, pathsLimit } = workerData as PlannerInput;
const CONTEXT_SPEC = 'https://specs.apollo.dev/context/';
const FEATURES = new Set([...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, `${CONTEXT_SPEC}v0.1`]);
const reply = (message: PlannerReply) => port.postMessage(message);

try {
  const { planner, apiSchema, loaded } = await load();
  port.on('message', ({ id, text, operationName }: PlannerRequest) => {
    try {
      const operation = operationFromDocument(apiSchema, parse(text), { operationName, validate: false });
      reply({ kind: 'planned', id, plan: JSON.stringify(planner.buildQueryPlan(operation).node ?? null) });
    } catch (error) {
      reply({ kind: 'not-planned', id, reason: reasonOf(error) });
    }
  });
  reply({ kind: 'loaded', supergraph: loaded });
} catch (error) {
  reply({ kind: 'not-loaded', reason: reasonOf(error) });
}

async function load(): Promise<{ planner: QueryPlanner; apiSchema: Schema; loaded: LoadedSupergraph }> {
  const services: { name: string; url: string | undefined }[] = [];
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const gateway = new ApolloGateway({
    supergraphSdl: withoutContextLink(supergraphSdl),
    validateSupergraph: true,
    logger: quiet,
    buildService: ({ name, url }) => {
      services.push({ name, url });
      return { process: () => Promise.reject(new Error('only the planner is used')) };
    },
  });
  await gateway.load();
  await gateway.stop();

  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: FEATURES });
  const planner = new QueryPlanner(supergraph, {
    incrementalDelivery: { enableDefer: true },
    // Plans are kept by the gateway, compiled.
    cache: { get: async () => undefined, set: async () => {}, delete: async () => true, clear() {} },
    debug: { maxEvaluatedPlans, pathsLimit },
  });
  const apiSchema = supergraph.apiSchema();
  const full = supergraph.schema.toGraphQLJSSchema();
  return {
    planner,
    apiSchema,
    loaded: {
      apiSdl: printSchema(apiSchema.toGraphQLJSSchema({ includeDefer: true })),
      subgraphs: services,
      subtypes: subtypesOf(full),
      ...readJoins(supergraph.schema),
    },
  };
}

/** For each abstract type of the supergraph its objects and interfaces, those that clients do not see included: what `requires` may meet. */
function subtypesOf(schema: GraphQLSchema): Record<string, string[]> {
  const types = Object.values(schema.getTypeMap()).filter(isAbstractType);
  return Object.fromEntries(
    types.map((type) => [
      type.name,
      [
        ...schema.getPossibleTypes(type).map(({ name }) => name),
        ...(isInterfaceType(type) ? schema.getImplementations(type).interfaces.map(({ name }) => name) : []),
      ],
    ]),
  );
}

/** What the supergraph says by its join directives of how subgraphs are combined. */
function readJoins(schema: Schema): Pick<LoadedSupergraph, 'interfaceObjects' | 'internalSelections'> {
  const interfaceObjects = new Set<string>();
  const selections = new Set<string>();
  for (const type of schema.types()) {
    for (const join of argumentsOf(type, 'join__type')) {
      if (join.isInterfaceObject === true) interfaceObjects.add(type.name);
      if (typeof join.key === 'string') selections.add(join.key);
    }
    if (type.kind !== 'ObjectType' && type.kind !== 'InterfaceType') continue;
    for (const field of type.fields()) {
      for (const { requires, contextArguments } of argumentsOf(field, 'join__field')) {
        if (typeof requires === 'string') selections.add(requires);
        for (const { selection } of (contextArguments as { selection: string }[] | undefined) ?? [])
          selections.add(withoutBraces(selection.trim()));
      }
    }
  }
  return { interfaceObjects: [...interfaceObjects], internalSelections: [...selections] };
}

/** `{ a }` and `a` are both in use; `... on A { a } ... on B { b }` ends in a brace of its own. */
function withoutBraces(selection: string): string {
  return selection.startsWith('{') ? selection.slice(1, -1) : selection;
}

function argumentsOf(element: { appliedDirectives: readonly Directive[] }, name: string): Record<string, unknown>[] {
  return element.appliedDirectives
    .filter((directive) => directive.name === name)
    .map((directive) => directive.arguments());
}

/**
 * The supergraph as ApolloGateway takes it: it refuses `@context`, which it does not execute itself; without its link the directive is one like any other, and its arguments are none of the supergraph's.
 */
function withoutContextLink(sdl: string): string {
  if (!sdl.includes(CONTEXT_SPEC)) return sdl;
  return print(
    visit(parse(sdl), {
      Argument: ({ name }) => (name.value === 'contextArguments' ? null : undefined),
      Directive: ({ name, arguments: given }) =>
        name.value === 'link' &&
        given?.some(({ value }) => value.kind === Kind.STRING && value.value.startsWith(CONTEXT_SPEC))
          ? null
          : undefined,
    }),
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
