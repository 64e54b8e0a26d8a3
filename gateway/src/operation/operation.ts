import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { maxAgeOf } from '../compile/cacheHints.js';
import { type CheckVariables, compileVariables } from '../compile/compileVariables.js';
import { type CompiledVariant, type CompilerContext, compileVariant } from '../compile/compileVariant.js';
import { type ConditionValues, conditionValues, conditionVariables } from '../compile/conditions.js';
import { isIntrospectionField } from '../compile/fieldType.js';
import { hasDefer, plannedOperation } from '../compile/plannedOperation.js';
import { isPublic } from '../compile/publicFields.js';
import { spreadFragments } from '../compile/spreadFragments.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type { Identity } from '../identity/identity.js';
import { compileCost, DEFAULT_LIST_SIZE, type EstimateCost } from '../limits/compileCost.js';
import { cutOperation, needsOf } from '../rights/cutOperation.js';
import { type AccessRules, type Lacking, mayIntrospect, OPEN_ACCESS } from '../rights/rights.js';
import type { PreparedOperation } from './prepareDocument.js';

export interface OperationOptions {
  readonly compiler: CompilerContext;
  /** Plans an operation: see `Planner.plan`. */
  readonly plan: (text: string, operationName: string | undefined) => Promise<string>;
  /** Without them everybody may introspect, and what a caller may not have is cut. */
  readonly access?: AccessRules | undefined;
  /** What lists of unknown size are taken for when costs are estimated. */
  readonly listSize?: number | undefined;
  /** Called when the operation takes more memory than before. */
  readonly onGrown: () => void;
}

/** Each new combination of conditions is planned and compiled when it first comes; of an operation with very many, the longest unused go. */
const MOST_VARIANTS = 16;
/** The same of an operation that is not for everybody: each combination of conditions may come with several combinations of rights. */
const MOST_VARIANTS_WITH_RIGHTS = 64;
/** What a plan and its code take for each character of the plan: an estimate, too low by some three times where operations are large. */
const BYTES_PER_PLAN_CHARACTER = 12;
/** How long an operation that could not be planned is refused without another try. */
const REFUSED_MS = 60_000;
const LASTING = new Set(['PLANNING_TIMEOUT', 'PLANNING_FAILED', 'UNAUTHORIZED_FIELD_OR_TYPE']);
/** What somebody lacks to whom everything is allowed. */
const NOTHING: Lacked = { requirements: [], key: '' };

/** Of the requirements that an operation has, those that its caller does not satisfy. */
interface Lacked {
  readonly requirements: readonly number[];
  readonly key: string;
}

let nextKey = 1;

/**
 * An operation that has been parsed and validated, with what has been planned and compiled of it: a variant for each combination of its conditions and of the
 * rights that its callers lack for it. Requests that come while a variant is being made wait for it.
 */
export class Operation {
  /** Different for each operation of the process. */
  readonly key = nextKey++;
  readonly name: string | undefined;
  /** The client's text, and its SHA-256 in hex. */
  readonly source: string;
  readonly hash: string;
  readonly type: OperationTypeNode;
  /** The client's response names, where the operation is planned with others. */
  readonly clientNames: ReadonlyMap<string, string>;
  /** Whether its response may come in parts. */
  readonly defers: boolean;
  readonly checkVariables: CheckVariables;
  private roots: readonly string[] | undefined;
  private readonly conditions: readonly string[];
  private readonly cacheControls = new Map<string, string>();
  private cost: EstimateCost | undefined;
  /** What its fields require of the caller: indexes of the supergraph's requirements. */
  private readonly needs: readonly number[];
  private readonly introspects: boolean;
  private lacked: WeakMap<Lacking, Lacked> | undefined;
  private readonly variants: LRUCache<string, CompiledVariant & VariantInUse>;
  private readonly underWay = new Map<string, Promise<CompiledVariant>>();
  private readonly refused: LRUCache<string, RequestRefused>;

  constructor(
    private readonly prepared: PreparedOperation,
    private readonly options: OperationOptions,
  ) {
    const { document, definition } = prepared;
    this.name = prepared.name;
    this.source = prepared.source;
    this.hash = prepared.hash;
    this.type = definition.operation;
    this.clientNames = prepared.clientNames;
    this.conditions = conditionVariables(document);
    const { rights, apiSchema } = options.compiler.facts;
    this.checkVariables = compileVariables(definition, apiSchema, this.conditions, options.access?.hideSuggestions);
    this.defers = hasDefer(document);
    this.needs = rights ? needsOf(prepared, rights.schemaRights, apiSchema) : [];
    this.introspects = asksForSchema(prepared);
    const max = this.needs.length > 0 ? MOST_VARIANTS_WITH_RIGHTS : MOST_VARIANTS;
    this.variants = new LRUCache({ max });
    this.refused = new LRUCache({ max, ttl: REFUSED_MS });
  }

  /** What executing it is estimated to cost: see `compileCost`. Throws `RequestRefused` SLICING_ARGUMENT_REQUIRED. */
  estimateCost(variables: Readonly<Record<string, unknown>>): number {
    const { compiler, listSize = DEFAULT_LIST_SIZE } = this.options;
    this.cost ??= compileCost(this.prepared, compiler.facts.apiSchema, compiler.facts.costs, listSize);
    return this.cost(variables);
  }

  /**
   * How its responses without errors may be kept by caches, as `Cache-Control` says it. What nothing is said of is kept by its client alone, which asks each time whether it still holds; so is everything where the gateway itself keeps what subgraphs answer: caches outside are not told of changes.
   */
  cacheControl(variables: Readonly<Record<string, unknown>>): string {
    const { facts, cache } = this.options.compiler;
    if (facts.cacheHints.size === 0 || cache) return REVALIDATED;
    const values = conditionValues(this.conditions, this.prepared.definition, variables);
    const key = this.conditions.map((name) => (values.get(name) ? '1' : '0')).join('');
    const known = this.cacheControls.get(key) ?? this.readCacheControl(values);
    if (this.cacheControls.size < MOST_VARIANTS) this.cacheControls.set(key, known);
    return known;
  }

  private readCacheControl(values: ConditionValues): string {
    const { document, definition } = this.prepared;
    const { apiSchema, cacheHints, publicFields } = this.options.compiler.facts;
    const rootType = apiSchema.getRootType(definition.operation);
    if (!rootType) return REVALIDATED;
    const fragments = fragmentsIn(document);
    const maxAge = maxAgeOf(definition, fragments, rootType, apiSchema, cacheHints, values);
    if (maxAge === 0) return REVALIDATED;
    const forAll = isPublic(definition, fragments, rootType, apiSchema, publicFields);
    return `${forAll ? 'public' : 'private'}, max-age=${maxAge}`;
  }

  /** The names of its fields at the root, each once. */
  get rootFields(): readonly string[] {
    this.roots ??= rootFieldsOf(this.prepared);
    return this.roots;
  }

  /** What the variants take, in bytes, roughly. */
  get bytes(): number {
    let characters = 0;
    for (const { planJson } of this.variants.values()) characters += planJson.length;
    return characters * BYTES_PER_PLAN_CHARACTER;
  }

  /** What there are variants for, the last used first. */
  get variantsInUse(): VariantInUse[] {
    return [...this.variants.values()].map(({ values, identity }) => ({ values, identity }));
  }

  /** Combinations of the values of its conditions, all false first; not more than are kept. */
  *combinations(): Generator<ConditionValues> {
    const { conditions } = this;
    const most = Math.min(2 ** conditions.length, MOST_VARIANTS);
    for (let bits = 0; bits < most; bits += 1) {
      yield new Map(conditions.map((name, index) => [name, Math.floor(bits / 2 ** index) % 2 === 1] as const));
    }
  }

  /**
   * The variant for a request's variables and its caller, at once when it is known. Rejects with `RequestRefused` as `Planner.plan` does, or UNAUTHORIZED_FIELD_OR_TYPE where an operation is refused for what its caller may not have; throws
   * INTROSPECTION_REFUSED.
   */
  variantFor(
    variables: Readonly<Record<string, unknown>>,
    identity: Identity,
  ): CompiledVariant | Promise<CompiledVariant> {
    const { conditions, prepared } = this;
    if (this.introspects) this.checkIntrospection(identity);
    if (conditions.length === 0) {
      const known = this.needs.length === 0 ? this.variants.get('') : undefined;
      return known ?? this.prepare(NO_CONDITIONS, identity);
    }
    return this.prepare(conditionValues(conditions, prepared.definition, variables), identity);
  }

  /** The variant for these values of the conditions and this caller, without one: for somebody who may have everything; made when there is none yet. */
  prepare(values: ConditionValues, identity?: Identity): CompiledVariant | Promise<CompiledVariant> {
    const lacked = this.lackedBy(identity);
    const key =
      this.conditions.length === 0
        ? lacked.key
        : this.conditions.map((name) => (values.get(name) ? '1' : '0')).join('') + lacked.key;
    return this.variants.get(key) ?? this.underWay.get(key) ?? this.begin(key, { values, identity }, lacked);
  }

  /** Apart from what every request does: what its functions hold would be allocated each time. */
  private begin(key: string, use: VariantInUse, lacked: Lacked): Promise<CompiledVariant> {
    const refused = this.refused.get(key);
    if (refused) return Promise.reject(refused);
    const making = this.make(key, use, lacked)
      .catch((error: unknown) => {
        if (error instanceof RequestRefused && LASTING.has(error.code)) this.refused.set(key, error);
        throw error;
      })
      .finally(() => this.underWay.delete(key));
    this.underWay.set(key, making);
    return making;
  }

  /** What the caller lacks of what the operation requires; found out once for all callers who lack the same of the supergraph. */
  private lackedBy(identity: Identity | undefined): Lacked {
    const { rights } = this.options.compiler.facts;
    if (this.needs.length === 0 || !rights || !identity) return NOTHING;
    const lacking = rights.lackedBy(identity);
    this.lacked ??= new WeakMap();
    let lacked = this.lacked.get(lacking);
    if (!lacked) {
      const requirements = this.needs.filter((need) => lacking.requirements.has(need));
      lacked = requirements.length === 0 ? NOTHING : { requirements, key: `-${requirements.join()}` };
      this.lacked.set(lacking, lacked);
    }
    return lacked;
  }

  private checkIntrospection(identity: Identity): void {
    const { access = OPEN_ACCESS } = this.options;
    if (mayIntrospect(identity, access)) return;
    const message = `Introspection takes the scope "${access.introspectionScope}".`;
    throw new RequestRefused('INTROSPECTION_REFUSED', message);
  }

  private async make(key: string, use: VariantInUse, { requirements }: Lacked): Promise<CompiledVariant> {
    const { compiler, plan, onGrown } = this.options;
    const allowed = this.allowed(use.values, requirements);
    const planned = plannedOperation(allowed, use.values, compiler.facts.apiSchema);
    const planJson = planned.text === undefined ? 'null' : await plan(planned.text, this.name);
    const variant = { ...compileVariant(planned, planJson, allowed, compiler, requirements), ...use };
    this.variants.set(key, variant);
    onGrown();
    return variant;
  }

  /** The operation without what the caller may not have. Throws UNAUTHORIZED_FIELD_OR_TYPE where that leaves nothing to subscribe to, or where operations are refused for it. */
  private allowed(values: ConditionValues, lacked: readonly number[]): PreparedOperation {
    const { prepared, options } = this;
    const { rights, apiSchema } = options.compiler.facts;
    if (lacked.length === 0 || !rights) return prepared;
    const allowed = cutOperation(prepared, new Set(lacked), values, rights.schemaRights, apiSchema);
    const errors = allowed.cut?.errors ?? [];
    const refuses =
      options.access?.rightsMode === 'refuse' ||
      (this.type === OperationTypeNode.SUBSCRIPTION && errors.some(({ path }) => path?.length === 1));
    if (errors.length > 0 && refuses)
      throw new RequestRefused('UNAUTHORIZED_FIELD_OR_TYPE', 'The caller may not have all of it.', { errors });
    return allowed;
  }
}

/** What a variant is for: the values of the conditions, and the first caller who has had it, to know the rights by. */
interface VariantInUse {
  readonly values: ConditionValues;
  readonly identity: Identity | undefined;
}

const NO_CONDITIONS: ConditionValues = new Map();
const REVALIDATED = 'private, no-cache';

function rootFieldsOf({ document, definition }: PreparedOperation): string[] {
  const names = new Set<string>();
  const walk = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet);
      else {
        const name = selection.name.value;
        const fragment = document.definitions.find(
          (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name,
        );
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) walk(fragment.selectionSet);
      }
    }
  };
  walk(definition.selectionSet);
  return [...names];
}

function asksForSchema({ document, definition }: PreparedOperation): boolean {
  const fragments = fragmentsIn(document);
  let asks = false;
  for (const each of [definition, ...spreadFragments([definition], fragments)]) {
    visit(each, {
      Field({ name }) {
        asks ||= isIntrospectionField(name.value);
      },
    });
  }
  return asks;
}

function fragmentsIn({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [])),
  );
}
