import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import {
  type GraphQLFormattedError,
  type GraphQLObjectType,
  isAbstractType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { EntityCache } from '../cache/entityCache.js';
import type { PreparedOperation } from '../operation/prepareDocument.js';
import type { Subgraph } from '../subgraph/subgraph.js';
import type { CacheFacts } from './cacheFacts.js';
import { collectFields, type SelectionContext } from './collectFields.js';
import type { CompiledFetch, PlanContext } from './compileFetch.js';
import { compileIntrospection, type Introspect } from './compileIntrospection.js';
import { type CompiledPlan, compilePlan, type DeferredPart } from './compilePlan.js';
import { compileWriter, type Writer } from './compileWriter.js';
import { selectedNames, typeAt } from './operationPlaces.js';
import type { PlannedOperation } from './plannedOperation.js';
import { isPublic } from './publicFields.js';
import { compileRootArguments, type RootArguments } from './rootArguments.js';
import type { SupergraphFacts } from './supergraphFacts.js';
import { unresolvedRootFields } from './unresolvedFields.js';

/** What operations of one supergraph are compiled with. */
export interface CompilerContext {
  readonly facts: SupergraphFacts;
  readonly subgraphs: ReadonlyMap<string, Subgraph>;
  /** Keeps what subgraphs answer; undefined where nothing is kept. */
  readonly cache?: EntityCache | undefined;
  /** What the supergraph says of that. */
  readonly cacheFacts?: CacheFacts | undefined;
}

/** A part of the response that has a selection of its own: the whole, or what is deferred. */
export interface ResponsePart {
  readonly type: GraphQLObjectType | ReturnType<typeof typeAt>;
  readonly selectionSets: readonly SelectionSetNode[];
  readonly selection: SelectionContext;
  readonly write: Writer;
}

/** An operation made ready for one set of values of its conditions. */
export interface CompiledVariant {
  readonly facts: SupergraphFacts;
  /** The plan as Apollo's planner made it. */
  readonly planJson: string;
  readonly plan: CompiledPlan;
  readonly fetches: readonly CompiledFetch[];
  readonly root: ResponsePart;
  readonly introspect: Introspect | undefined;
  /** What every response has: errors of fields that the caller may not have, and of those that the plan does not bring. */
  readonly errors: readonly GraphQLFormattedError[];
  /** Of a subscription. */
  readonly rootArguments: RootArguments | undefined;
  /** Of a subscription: whether everybody of the same kind and scopes gets the same. */
  readonly isPublic: boolean;
  /** What each deferred part sends. */
  readonly deferred: ReadonlyMap<DeferredPart, ResponsePart>;
}

/**
 * Compiles an operation for one set of values of its conditions, from its plan for them as JSON (see `plannedOperation`). Throws `RequestRefused` PLANNING_FAILED on a plan
 * without anything in it, another error on one that cannot be executed: a fault of ours. `lacked`: the requirements that the caller does not satisfy.
 */
export function compileVariant(
  planned: PlannedOperation,
  planJson: string,
  { hash, clientNames }: Pick<PreparedOperation, 'hash' | 'clientNames'>,
  { facts, subgraphs, cache, cacheFacts }: CompilerContext,
  lacked: readonly number[] = [],
): CompiledVariant {
  const { definition, fragments, rootType, conditions, cut } = planned;
  const selectedAt = onceAsked(() => selectedNames(definition.selectionSet, fragments));
  const planContext: PlanContext = {
    subtypes: facts.subtypes,
    interfaceObjects: facts.interfaceObjects,
    subgraphs,
    eventSources: facts.eventSources,
    cache,
    cacheFacts,
    operationHash: hash,
    clientNames: facts.standIns.size > 0 ? new Map([...facts.standIns, ...clientNames]) : clientNames,
    selectedAt: (place) => selectedAt().get(place) ?? NOTHING,
    fetches: [],
  };
  const node = JSON.parse(planJson) as PlanNode | SubscriptionNode | null;
  const plan = compilePlan(node, conditions, planContext);
  const partOf = (type: ResponsePart['type'], selectionSets: readonly SelectionSetNode[]): ResponsePart => {
    const selection: SelectionContext = { schema: facts.apiSchema, fragments, conditions, withoutDeferred: true, cut };
    const { interfaceObjects } = facts;
    const write = compileWriter(type, selectionSets, { ...selection, interfaceObjects, clientNames });
    return { type, selectionSets, selection, write };
  };
  const root = partOf(rootType, [definition.selectionSet]);
  const rootFields = collectFields([definition.selectionSet], rootType, root.selection);
  const deferred = new Map<DeferredPart, ResponsePart>();
  return {
    facts,
    planJson,
    plan: { ...plan, deferred: deferredParts(plan.deferred, planned, facts, partOf, deferred) },
    fetches: planContext.fetches,
    root,
    rootArguments:
      plan.subscription && compileRootArguments(definition, fragments, planned.rootType, rootFields, facts.apiSchema),
    isPublic:
      plan.subscription !== undefined &&
      isPublic(definition, fragments, planned.rootType, facts.apiSchema, facts.publicFields),
    introspect: compileIntrospection(
      rootFields,
      definition,
      fragments,
      facts.rights?.visibleTo(lacked, facts.apiSchema) ?? facts.apiSchema,
    ),
    errors: [...(cut?.errors ?? []), ...unresolvedRootFields(rootType, rootFields, planContext.fetches, clientNames)],
    deferred,
  };
}

/** Those parts of which the conditions leave something to send; `into`: what each of them sends. */
function deferredParts(
  parts: readonly DeferredPart[],
  planned: PlannedOperation,
  facts: SupergraphFacts,
  partOf: (type: ResponsePart['type'], selectionSets: readonly SelectionSetNode[]) => ResponsePart,
  into: Map<DeferredPart, ResponsePart>,
): DeferredPart[] {
  const root = { type: planned.rootType, selectionSet: planned.definition.selectionSet };
  return parts.flatMap((part) => {
    const nested = deferredParts(part.nested, planned, facts, partOf, into);
    let response: ResponsePart | undefined;
    if (part.selection !== undefined) {
      const type = typeAt(part.queryPath, root, planned.fragments, facts.apiSchema);
      response = partOf(type, [selectionSetOf(part.selection)]);
    }
    if (nested.length === 0 && !(response && selectsSomething(response))) return [];
    const kept = { ...part, nested };
    if (response) into.set(kept, response);
    return [kept];
  });
}

function selectsSomething({ type, selectionSets, selection }: ResponsePart): boolean {
  const types = isAbstractType(type) ? selection.schema.getPossibleTypes(type) : [type];
  return types.some((each) => collectFields(selectionSets, each, selection).size > 0);
}

const NOTHING: ReadonlySet<string> = new Set();

function onceAsked<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function selectionSetOf(text: string): SelectionSetNode {
  const [operation] = parse(text, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('a deferred part without a selection');
  return operation.selectionSet;
}
