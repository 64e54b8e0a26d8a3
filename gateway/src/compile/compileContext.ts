import type { FetchDataKeyRenamer } from '@apollo/query-planner';
import type { PathStep } from './responsePath.js';
import { isOfType } from './rewrites.js';
import type { Subtypes } from './supergraphFacts.js';

/** Objects that a fetch concerns, with the variables that they take from their surroundings as `,"name":json` for each. */
export interface ContextGroup {
  readonly objects: object[];
  readonly variables: string;
}

export type ContextReader = (data: object) => ContextGroup[];

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

const CONDITION = '... on ';

/**
 * Reads arguments that come from the surroundings of an object (`@fromContext`). A rewrite's path goes up by `..`, one field at a time whatever lists lie between, then
 * down to the value; it sets the variable `renameKeyTo`. Apollo's planner writes these rewrites, its JavaScript executor does not execute them.
 */
export function compileContext(
  rewrites: readonly FetchDataKeyRenamer[],
  path: readonly PathStep[],
  subtypes: Subtypes,
): ContextReader | undefined {
  if (rewrites.length === 0) return undefined;
  return (data) => {
    const groups = new Map<string, ContextGroup>();
    /** `above`: the objects passed, one for each field, the outermost first. */
    const walk = (value: Json, index: number, above: readonly object[]): void => {
      if (typeof value !== 'object' || value === null) return;
      const step = path[index];
      if (!step) {
        if (Array.isArray(value)) return;
        const variables = readVariables(rewrites, [...above, value], subtypes);
        const group = groups.get(variables);
        if (group) group.objects.push(value);
        else groups.set(variables, { objects: [value], variables });
      } else if (step.key !== undefined) {
        if (!Array.isArray(value)) walk(value[step.key], index + 1, [...above, value]);
      } else if (Array.isArray(value)) {
        for (const item of value) walk(item, index + 1, above);
      }
    };
    walk(data, 0, []);
    return [...groups.values()];
  };
}

function readVariables(rewrites: readonly FetchDataKeyRenamer[], chain: readonly object[], subtypes: Subtypes): string {
  const variables = new Map<string, string>();
  for (const { path, renameKeyTo } of rewrites) {
    const up = path.findIndex((step) => step !== '..');
    const value = valueAt(chain.at(-1 - up), path.slice(up), subtypes);
    if (value !== undefined) variables.set(renameKeyTo, `,${JSON.stringify(renameKeyTo)}:${JSON.stringify(value)}`);
  }
  return [...variables.values()].join('');
}

/** A list on the way gives a list of values (the argument is then a list). */
function valueAt(data: Json, path: readonly string[], subtypes: Subtypes): Json {
  const [step, ...rest] = path;
  if (step === undefined) return data;
  if (Array.isArray(data)) return data.map((item) => valueAt(item, path, subtypes));
  if (typeof data !== 'object' || data === null) return data === null ? null : undefined;
  if (!step.startsWith(CONDITION)) return Object.hasOwn(data, step) ? valueAt(data[step], rest, subtypes) : undefined;
  const typename: unknown = data.__typename;
  const holds = typeof typename !== 'string' || isOfType(typename, step.slice(CONDITION.length), subtypes);
  return holds ? valueAt(data, rest, subtypes) : undefined;
}
