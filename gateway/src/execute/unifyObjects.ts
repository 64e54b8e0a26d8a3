import type { CompiledFetch } from '../compile/compileFetch.js';
import type { Representations } from '../compile/compileRepresentations.js';
import type { Execution } from './execution.js';

/**
 * Makes one object of those that stand for the same entity at the places of a fetch and hold the same: from then on it is walked to, merged into and written once, however many places it
 * has. A list of reviews that name the same few products has a few products below it then, and whatever is below those once as well.
 *
 * What is merged at one path depends on the object alone, so the places of a path may share it; not where arguments come from the surroundings, and not while another fetch is under way
 * that has found objects here or below: it would merge into one that is nowhere any more.
 */
export function unifyObjects(
  fetch: CompiledFetch,
  execution: Execution,
  represented: Representations,
): Representations {
  const { objects, indexes, texts } = represented;
  if (objects.length === texts.length || fetch.copied === 'all' || execution.isBusyAt(fetch.place)) return represented;
  const firsts: object[] = [];
  const replacements = new Map<object, object>();
  const keptObjects: object[] = [];
  const keptIndexes: number[] = [];
  for (let position = 0; position < objects.length; position++) {
    const object = objects[position] as object;
    const index = indexes[position] as number;
    const first = firsts[index];
    if (first === undefined) firsts[index] = object;
    if (first !== undefined && holdsTheSame(first, object)) replacements.set(object, first);
    else {
      keptObjects.push(object);
      keptIndexes.push(index);
    }
  }
  if (replacements.size === 0) return represented;
  execution.replaceAt(fetch.route, fetch.plan.subtypes, replacements);
  return { ...represented, objects: keptObjects, indexes: keptIndexes };
}

function holdsTheSame(one: object, other: object): boolean {
  const a = one as Record<string, unknown>;
  const b = other as Record<string, unknown>;
  let keys = 0;
  for (const key in a) {
    if (a[key] !== b[key]) return false;
    keys++;
  }
  for (const _key in b) keys--;
  return keys === 0;
}
