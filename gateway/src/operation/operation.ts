import { BREAK, type OperationTypeNode, visit } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type CheckVariables, compileVariables } from '../compile/compileVariables.js';
import { type CompiledVariant, type CompilerContext, compileVariant } from '../compile/compileVariant.js';
import { type ConditionValues, conditionValues, conditionVariables } from '../compile/conditions.js';
import { plannedOperation } from '../compile/plannedOperation.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type { PreparedOperation } from './prepareDocument.js';

export interface OperationOptions {
  readonly compiler: CompilerContext;
  /** Plans an operation: see `Planner.plan`. */
  readonly plan: (text: string, operationName: string | undefined) => Promise<string>;
  /** Called when the operation takes more memory than before. */
  readonly onGrown: () => void;
}

/** Each new combination of conditions is planned and compiled when it first comes; of an operation with very many, the longest unused go. */
const MOST_VARIANTS = 16;
/** What a plan and its code take for each character of the plan: an estimate, too low by some three times where operations are large. */
const BYTES_PER_PLAN_CHARACTER = 12;
/** How long an operation that could not be planned is refused without another try. */
const REFUSED_MS = 60_000;
const LASTING = new Set(['PLANNING_TIMEOUT', 'PLANNING_FAILED']);

let nextKey = 1;

/**
 * An operation that has been parsed and validated, with what has been planned and compiled of it: a variant for each combination of its conditions. Requests
 * that come while a variant is being made wait for it.
 */
export class Operation {
  /** Different for each operation of the process. */
  readonly key = nextKey++;
  readonly name: string | undefined;
  readonly hash: string;
  readonly type: OperationTypeNode;
  /** The client's response names, where the operation is planned with others. */
  readonly clientNames: ReadonlyMap<string, string>;
  /** Whether its response may come in parts. */
  readonly defers: boolean;
  readonly checkVariables: CheckVariables;
  private readonly conditions: readonly string[];
  private readonly variants = new LRUCache<string, CompiledVariant & { readonly values: ConditionValues }>({
    max: MOST_VARIANTS,
  });
  private readonly underWay = new Map<string, Promise<CompiledVariant>>();
  private readonly refused = new LRUCache<string, RequestRefused>({ max: MOST_VARIANTS, ttl: REFUSED_MS });

  constructor(
    private readonly prepared: PreparedOperation,
    private readonly options: OperationOptions,
  ) {
    const { document, definition } = prepared;
    this.name = prepared.name;
    this.hash = prepared.hash;
    this.type = definition.operation;
    this.clientNames = prepared.clientNames;
    this.conditions = conditionVariables(document);
    this.checkVariables = compileVariables(definition, options.compiler.facts.apiSchema, this.conditions);
    this.defers = hasDefer(prepared);
  }

  /** What the variants take, in bytes, roughly. */
  get bytes(): number {
    let characters = 0;
    for (const { planJson } of this.variants.values()) characters += planJson.length;
    return characters * BYTES_PER_PLAN_CHARACTER;
  }

  /** The values of the conditions that there are variants for, the last used first. */
  get conditionsInUse(): ConditionValues[] {
    return [...this.variants.values()].map(({ values }) => values);
  }

  /** The variant for a request's variables, at once when it is known. Rejects with `RequestRefused` as `Planner.plan` does. */
  variantFor(variables: Readonly<Record<string, unknown>>): CompiledVariant | Promise<CompiledVariant> {
    const { conditions } = this;
    if (conditions.length === 0) return this.variants.get('') ?? this.prepare(new Map());
    return this.prepare(conditionValues(conditions, this.prepared.definition, variables));
  }

  /** The variant for these values of the conditions; made when there is none yet. */
  prepare(values: ConditionValues): CompiledVariant | Promise<CompiledVariant> {
    const key = this.conditions.map((name) => (values.get(name) ? '1' : '0')).join('');
    const known = this.variants.get(key) ?? this.underWay.get(key);
    if (known) return known;
    const refused = this.refused.get(key);
    if (refused) return Promise.reject(refused);
    const making = this.make(key, values)
      .catch((error: unknown) => {
        if (error instanceof RequestRefused && LASTING.has(error.code)) this.refused.set(key, error);
        throw error;
      })
      .finally(() => this.underWay.delete(key));
    this.underWay.set(key, making);
    return making;
  }

  private async make(key: string, values: ConditionValues): Promise<CompiledVariant> {
    const { compiler, plan, onGrown } = this.options;
    const planned = plannedOperation(this.prepared, values, compiler.facts.apiSchema);
    const planJson = planned.text === undefined ? 'null' : await plan(planned.text, this.name);
    const variant = compileVariant(planned, planJson, this.prepared, compiler);
    this.variants.set(key, { ...variant, values });
    onGrown();
    return variant;
  }
}

function hasDefer({ document }: PreparedOperation): boolean {
  let some = false;
  visit(document, {
    Directive({ name }) {
      if (name.value !== 'defer') return undefined;
      some = true;
      return BREAK;
    },
  });
  return some;
}
