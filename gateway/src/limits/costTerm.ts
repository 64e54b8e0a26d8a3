import { type DirectiveNode, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import type { CostDirectives } from './costDirectives.js';

export type Variables = Readonly<Record<string, unknown>>;

/** A part of a cost: a number, or what becomes one with the variables. */
export type CostTerm = number | ((variables: Variables) => number);

export interface CostContext {
  readonly costs: CostDirectives;
  /** What a list is taken for of whose size nothing is known. */
  readonly listSize: number;
  /** The operation's variables with their defaults. */
  readonly defaults: ReadonlyMap<string, ValueNode | undefined>;
}

/** The sum of some terms; the numbers among them are added up at once. */
export function sumOf(terms: readonly CostTerm[]): CostTerm {
  let constant = 0;
  const others: Exclude<CostTerm, number>[] = [];
  for (const term of terms) {
    if (typeof term === 'number') constant += term;
    else others.push(term);
  }
  const [first] = others;
  if (!first) return constant;
  if (others.length === 1) return constant === 0 ? first : (variables) => constant + first(variables);
  return (variables) => {
    let sum = constant;
    for (const term of others) sum += term(variables);
    return sum;
  };
}

export function timesOf(count: CostTerm, each: CostTerm): CostTerm {
  if (typeof count === 'number' && typeof each === 'number') return product(count, each);
  return (variables) => product(costOf(count, variables), costOf(each, variables));
}

/** Infinitely many of what costs nothing cost nothing. */
function product(count: number, each: number): number {
  return count === 0 || each === 0 ? 0 : count * each;
}

/** A selection's cost where `@skip` and `@include` leave it in. */
export function whenOf(
  directives: readonly DirectiveNode[] | undefined,
  context: CostContext,
  term: CostTerm,
): CostTerm {
  const conditions = (directives ?? []).flatMap(({ name, arguments: args }) => {
    const wanted = name.value === 'include';
    if (!wanted && name.value !== 'skip') return [];
    const value = args?.find((each) => each.name.value === 'if')?.value;
    return value?.kind === Kind.VARIABLE ? [{ name: value.name.value, wanted }] : [];
  });
  if (conditions.length === 0) return term;
  return (variables) =>
    conditions.every(({ name, wanted }) => variableValue(name, variables, context) === wanted)
      ? costOf(term, variables)
      : 0;
}

/** A variable's value, or its default; undefined without either. */
export function variableValue(name: string, variables: Variables, { defaults }: CostContext): unknown {
  if (Object.hasOwn(variables, name) && variables[name] !== undefined) return variables[name];
  const fallback = defaults.get(name);
  return fallback && valueFromASTUntyped(fallback);
}

function costOf(term: CostTerm, variables: Variables): number {
  return typeof term === 'number' ? term : term(variables);
}
