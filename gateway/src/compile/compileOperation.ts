import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import {
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { PreparedOperation } from '../operation/prepareDocument.js';
import type { Subgraph } from '../subgraph/subgraph.js';
import { collectFields, type SelectionContext } from './collectFields.js';
import type { CompiledFetch, PlanContext } from './compileFetch.js';
import { compileIntrospection, type Introspect } from './compileIntrospection.js';
import { type CompiledPlan, compilePlan, type DeferredPart } from './compilePlan.js';
import { type CheckVariables, compileVariables } from './compileVariables.js';
import { compileWriter, type Writer } from './compileWriter.js';
import { type ConditionValues, conditionValues, conditionVariables } from './conditions.js';
import { selectedNames, typeAt } from './operationPlaces.js';
import type { SupergraphFacts } from './supergraphFacts.js';

/** What operations of one supergraph are compiled with. */
export interface CompilerContext {
  readonly facts: SupergraphFacts;
  readonly subgraphs: ReadonlyMap<string, Subgraph>;
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
  readonly plan: CompiledPlan;
  readonly fetches: readonly CompiledFetch[];
  readonly root: ResponsePart;
  readonly introspect: Introspect | undefined;
  /** What each deferred part sends. */
  readonly deferred: ReadonlyMap<DeferredPart, ResponsePart>;
}

/** An operation that has been planned. What depends on the values of its conditions is compiled when they first come. */
export interface CompiledOperation {
  /** Different for each compiled operation of the process. */
  readonly key: number;
  readonly name: string | undefined;
  readonly hash: string;
  readonly type: OperationTypeNode;
  readonly checkVariables: CheckVariables;
  /** The client's response names, where the operation was planned with others. */
  readonly clientNames: ReadonlyMap<string, string>;
  /** The plan as Apollo's planner made it. */
  readonly planJson: string;
  /** Whether its response may come in parts. */
  readonly defers: boolean;
  variantFor(variables: Readonly<Record<string, unknown>>): CompiledVariant;
}

/** Each new combination of conditions is compiled anew; of an operation with very many, the longest unused go. */
const MOST_VARIANTS = 16;
let nextKey = 1;

/** Compiles an operation from its plan's JSON. Throws on a plan that cannot be executed: a fault of ours. */
export function compileOperation(
  prepared: PreparedOperation,
  planJson: string,
  context: CompilerContext,
): CompiledOperation {
  const { document, definition } = prepared;
  const { facts } = context;
  const conditions = conditionVariables(document);
  const variants = new LRUCache<string, CompiledVariant>({ max: MOST_VARIANTS });
  const compiler = new VariantCompiler(prepared, planJson, context);
  // The common case, and what is wrong with a plan shows at once.
  if (conditions.length === 0) variants.set('', compiler.compile(new Map()));

  return {
    key: nextKey++,
    name: prepared.name,
    hash: prepared.hash,
    type: definition.operation,
    checkVariables: compileVariables(definition, facts.apiSchema, conditions),
    clientNames: prepared.clientNames,
    planJson,
    defers: planJson.includes('"kind":"Defer"'),
    variantFor(variables) {
      if (conditions.length === 0) return variants.get('') as CompiledVariant;
      const values = conditionValues(conditions, definition, variables);
      const key = conditions.map((name) => (values.get(name) ? '1' : '0')).join('');
      let variant = variants.get(key);
      if (!variant) {
        variant = compiler.compile(values);
        variants.set(key, variant);
      }
      return variant;
    },
  };
}

class VariantCompiler {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly rootType: GraphQLObjectType;
  private readonly definition: OperationDefinitionNode;

  constructor(
    private readonly prepared: PreparedOperation,
    private readonly planJson: string,
    private readonly context: CompilerContext,
  ) {
    this.definition = prepared.definition;
    for (const each of prepared.document.definitions) {
      if (each.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(each.name.value, each);
    }
    const type = context.facts.apiSchema.getRootType(this.definition.operation);
    if (!type) throw new Error(`the schema has no ${this.definition.operation} type`);
    this.rootType = type;
  }

  compile(conditions: ConditionValues): CompiledVariant {
    const { facts, subgraphs } = this.context;
    const { definition, fragments, rootType } = this;
    const selectedAt = onceAsked(() => selectedNames(definition.selectionSet, fragments));
    const planContext: PlanContext = {
      subtypes: facts.subtypes,
      subgraphs,
      operationHash: this.prepared.hash,
      clientNames: this.prepared.clientNames,
      selectedAt: (place) => selectedAt().get(place) ?? NOTHING,
      fetches: [],
    };
    const node = JSON.parse(this.planJson) as PlanNode | SubscriptionNode | null;
    const plan = compilePlan(node, conditions, planContext);
    const root = this.part(rootType, [definition.selectionSet], conditions);
    const rootFields = collectFields([definition.selectionSet], rootType, root.selection);
    const deferred = new Map<DeferredPart, ResponsePart>();
    return {
      facts,
      plan: { ...plan, deferred: this.deferredParts(plan.deferred, conditions, deferred) },
      fetches: planContext.fetches,
      root,
      introspect: compileIntrospection(rootFields, definition, fragments, facts.apiSchema),
      deferred,
    };
  }

  private part(
    type: ResponsePart['type'],
    selectionSets: readonly SelectionSetNode[],
    conditions: ConditionValues,
  ): ResponsePart {
    const { facts } = this.context;
    const selection: SelectionContext = {
      schema: facts.apiSchema,
      fragments: this.fragments,
      conditions,
      withoutDeferred: true,
    };
    const { interfaceObjects } = facts;
    const { clientNames } = this.prepared;
    const write = compileWriter(type, selectionSets, { ...selection, interfaceObjects, clientNames });
    return { type, selectionSets, selection, write };
  }

  /** Those parts of which the conditions leave something to send; `into`: what each of them sends. */
  private deferredParts(
    parts: readonly DeferredPart[],
    conditions: ConditionValues,
    into: Map<DeferredPart, ResponsePart>,
  ): DeferredPart[] {
    const root = { type: this.rootType, selectionSet: this.definition.selectionSet };
    return parts.flatMap((part) => {
      const nested = this.deferredParts(part.nested, conditions, into);
      let response: ResponsePart | undefined;
      if (part.selection !== undefined) {
        const type = typeAt(part.queryPath, root, this.fragments, this.context.facts.apiSchema);
        response = this.part(type, [selectionSetOf(part.selection)], conditions);
      }
      if (nested.length === 0 && !(response && selectsSomething(response))) return [];
      const kept = { ...part, nested };
      if (response) into.set(kept, response);
      return [kept];
    });
  }
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
