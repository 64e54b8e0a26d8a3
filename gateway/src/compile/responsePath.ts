import type { ResponsePath } from '@apollo/query-planner';
import { isOfType } from './rewrites.js';
import type { Subtypes } from './supergraphFacts.js';

/** One step of a path through data: into a field, or (`@`) to each element of a list; with `types`, only to objects of these types. */
export interface PathStep {
  readonly key: string | undefined;
  readonly types: readonly string[] | undefined;
}

/** Where something is in a response (GraphQL 7.1.2). */
export type Position = readonly (string | number)[];

/** Reads a plan's path, such as `users.@.pet|[Cat,Dog].@`. */
export function readPath(path: ResponsePath): PathStep[] {
  return path.map((step) => {
    const [name = '', condition] = String(step).split('|');
    return {
      key: name === '@' ? undefined : name,
      types: condition
        ?.replace(/^\[|\]$/g, '')
        .split(',')
        .map((each) => each.trim()),
    };
  });
}

/** The response names on a path, list steps left out. */
export function placeOf(path: readonly PathStep[]): string {
  return path.map(({ key }) => (key === undefined ? '' : `.${key}`)).join('');
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

/**
 * The objects that a path reaches from others; what is null or of another shape is left out. `unique`: lists and objects that are reached over several ways
 * are followed once.
 */
export function objectsAt(
  from: readonly object[],
  steps: readonly PathStep[],
  subtypes: Subtypes,
  unique: boolean,
): object[] {
  const values = valuesAt(from, steps, subtypes, unique);
  let kept = 0;
  for (const value of values) if (typeof value === 'object' && !Array.isArray(value)) values[kept++] = value;
  values.length = kept;
  return unique && kept > 1 ? [...new Set(values)] : values;
}

/** Puts others in the place of some of the objects that a path reaches from others. */
export function replaceAt(
  from: readonly object[],
  steps: readonly PathStep[],
  subtypes: Subtypes,
  replacements: ReadonlyMap<object, object>,
): void {
  const key = steps.at(-1)?.key;
  for (const holder of new Set(valuesAt(from, steps.slice(0, -1), subtypes, true))) {
    if (key !== undefined) holder[key] = replacements.get(holder[key]) ?? holder[key];
    else if (Array.isArray(holder)) {
      for (let index = 0; index < holder.length; index++)
        holder[index] = replacements.get(holder[index]) ?? holder[index];
    }
  }
}

function valuesAt(from: readonly object[], steps: readonly PathStep[], subtypes: Subtypes, unique: boolean): Json[] {
  let values: Json[] = [...from];
  for (const { key, types } of steps) {
    if (key === undefined) {
      const items: Json[] = [];
      for (const list of unique && values.length > 1 ? new Set(values) : values) {
        if (Array.isArray(list)) for (const item of list) if (item !== null && item !== undefined) items.push(item);
      }
      values = items;
    } else {
      // In place: a step into a field gives no more values than there are objects.
      let kept = 0;
      for (const object of values) {
        const value = object[key];
        if (typeof value === 'object' && value !== null) values[kept++] = value;
      }
      values.length = kept;
    }
    if (types) values = values.filter((value) => fits(value, types, subtypes));
  }
  return values;
}

/** Every position that a path reaches, with the object there: the same object once for each of its positions. */
export function positionsAt(
  data: object,
  steps: readonly PathStep[],
  subtypes: Subtypes,
): { position: Position; object: object }[] {
  const found: { position: Position; object: object }[] = [];
  const walk = (value: Json, index: number, position: Position): void => {
    if (typeof value !== 'object' || value === null) return;
    const step = steps[index];
    if (!step) {
      if (!Array.isArray(value)) found.push({ position, object: value });
      return;
    }
    const follow = (inner: Json, at: string | number): void => {
      if (!step.types || fits(inner, step.types, subtypes)) walk(inner, index + 1, [...position, at]);
    };
    if (step.key !== undefined) {
      if (!Array.isArray(value)) follow(value[step.key], step.key);
    } else if (Array.isArray(value)) {
      value.forEach(follow);
    }
  };
  walk(data, 0, []);
  return found;
}

/** A list passes: the condition is for its elements, which are looked at with the next step. */
function fits(value: Json, types: readonly string[], subtypes: Subtypes): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return Array.isArray(value);
  const typename: unknown = value.__typename;
  return typeof typename !== 'string' || types.some((type) => isOfType(typename, type, subtypes));
}
