import { parentPort, workerData } from 'node:worker_threads';
import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  type Directive,
  operationFromDocument,
  type Schema,
  Supergraph,
} from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import {
  type DirectiveDefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  parse,
  printSchema,
} from 'graphql';
import type { LoadedSupergraph, PlannerInput, PlannerReply, PlannerRequest } from './plannerProtocol.js';
import { missingExecutableDirectives, printDefinitions, withoutDirectives } from './repair/executableDirectives.ts';
import { resolvableKeysFirst } from './repair/resolvableKeysFirst.ts';
import { restoreRequirements } from './repair/restoreRequirements.ts';
import { type SeparatedRequirements, separateRequirements } from './repair/separateRequirements.ts';
import { withoutStandIns } from './repair/standIns.ts';

/*
 * The thread of Apollo's planner: takes one supergraph, then plans the operations that it is sent, one at a time. Alone in a thread because planning is
 * synchronous: here it blocks no request, and the thread can be ended when an operation takes too long.
 */

const port = parentPort;
if (!port) throw new Error('plannerWorker has to run as a worker thread');
const { supergraphSdl, maxEvaluatedPlans, pathsLimit } = workerData as PlannerInput;
const CONTEXT_SPEC = 'https://specs.apollo.dev/context/';
const FEATURES = new Set([...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, `${CONTEXT_SPEC}v0.1`]);
const reply = (message: PlannerReply) => port.postMessage(message);

try {
  const { planner, apiSchema, unplanned, separated, loaded } = load();
  port.on('message', ({ id, text, operationName }: PlannerRequest) => {
    try {
      const document = withoutDirectives(parse(text), unplanned);
      const operation = operationFromDocument(apiSchema, document, { operationName, validate: false });
      const plan = restoreRequirements(planner.buildQueryPlan(operation).node, separated);
      reply({ kind: 'planned', id, plan: JSON.stringify(plan ?? null) });
    } catch (error) {
      reply({ kind: 'not-planned', id, reason: reasonOf(error) });
    }
  });
  reply({ kind: 'loaded', supergraph: loaded });
} catch (error) {
  reply({ kind: 'not-loaded', reason: reasonOf(error) });
}

interface Loaded {
  readonly planner: QueryPlanner;
  readonly apiSchema: Schema;
  /** Directives that operations may have, and that the planner does not know. */
  readonly unplanned: readonly DirectiveDefinitionNode[];
  readonly separated: SeparatedRequirements;
  readonly loaded: LoadedSupergraph;
}

function load(): Loaded {
  const document = resolvableKeysFirst(parse(supergraphSdl, { noLocation: true }));
  const { supergraph, planner, separated } = buildSeparated(document);
  const apiSchema = supergraph.apiSchema();
  const full = supergraph.schema.toGraphQLJSSchema();
  const api = apiSchema.toGraphQLJSSchema({ includeDefer: true });
  const unplanned = missingExecutableDirectives(supergraph.schema, full, api);
  return {
    planner,
    apiSchema,
    unplanned,
    separated,
    loaded: {
      apiSdl: printSchema(withoutStandIns(api, separated.standIns)) + printDefinitions(unplanned),
      standIns: Object.fromEntries([...separated.standIns].map(([standIn, { name }]) => [standIn, name])),
      subgraphs: supergraph.subgraphsMetadata().map(({ name, url }) => ({ name, url })),
      subtypes: subtypesOf(full),
      ...readJoins(supergraph.schema),
    },
  };
}

/** The planner for the supergraph with separated requirements; for the supergraph as it is, should Apollo's packages refuse what was made of it. */
function buildSeparated(document: DocumentNode) {
  const { document: changed, ...separated } = separateRequirements(document);
  try {
    return { ...buildPlanner(changed), separated };
  } catch (error) {
    if (changed === document) throw error;
    return { ...buildPlanner(document), separated: { standIns: new Map(), needs: new Map() } };
  }
}

function buildPlanner(document: DocumentNode): { supergraph: Supergraph; planner: QueryPlanner } {
  const supergraph = Supergraph.build(document, { supportedFeatures: FEATURES });
  const planner = new QueryPlanner(supergraph, {
    incrementalDelivery: { enableDefer: true },
    // Plans are kept by the gateway, compiled.
    cache: { get: async () => undefined, set: async () => {}, delete: async () => true, clear() {} },
    debug: { maxEvaluatedPlans, pathsLimit },
  });
  return { supergraph, planner };
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
