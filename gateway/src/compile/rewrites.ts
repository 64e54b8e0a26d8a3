import type { FetchDataRewrite } from '@apollo/query-planner';
import type { Subtypes } from './supergraphFacts.js';

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

const CONDITION = '... on ';

/**
 * Changes data as the plan's rewrites say, in place: sets a value, or renames a key, wherever the path goes; `... on T` steps hold for
 * objects of that type and for those whose type is not known.
 */
export function applyRewrites(rewrites: readonly FetchDataRewrite[], data: unknown, subtypes: Subtypes): void {
  for (const rewrite of rewrites) {
    const key = rewrite.path.at(-1);
    if (key === undefined) continue;
    visitAt(data, rewrite.path.slice(0, -1), subtypes, (object) => {
      if (rewrite.kind === 'ValueSetter') object[key] = rewrite.setValueTo;
      else if (Object.hasOwn(object, key) && object[key] !== undefined) {
        object[rewrite.renameKeyTo] = object[key];
        // Not deleted: V8 would turn the object into a dictionary. Merging passes undefined over.
        object[key] = undefined;
      }
    });
  }
}

function visitAt(data: Json, path: readonly string[], subtypes: Subtypes, visit: (object: Json) => void): void {
  if (Array.isArray(data)) {
    for (const item of data) visitAt(item, path, subtypes, visit);
    return;
  }
  if (typeof data !== 'object' || data === null) return;
  const [step, ...rest] = path;
  if (step === undefined) visit(data);
  else if (step.startsWith(CONDITION)) {
    const typename: unknown = data.__typename;
    if (typeof typename !== 'string' || isOfType(typename, step.slice(CONDITION.length), subtypes))
      visitAt(data, rest, subtypes, visit);
  } else if (Object.hasOwn(data, step)) visitAt(data[step], rest, subtypes, visit);
}

/** Whether a type's name is that of a type or of one of its subtypes. */
export function isOfType(typename: string, type: string, subtypes: Subtypes): boolean {
  return typename === type || subtypes.get(type)?.has(typename) === true;
}
