import type { CompiledFetch } from './compileFetch.js';

/** Keys of a value, each with those below it. */
export interface KeyTree extends ReadonlyMap<string, KeyTree> {}

/**
 * Finds out which values of the response may stand in several places of it. Objects with the same representation share what a fetch brought, which is safe as
 * long as what is merged later depends on the object alone. It does for the objects of one fetch, but for
 * - keys that other fetches merge into as well: these are copied for each object (`copied`);
 * - arguments taken from the surroundings: then everything is copied;
 * and the same fetch in two places of the plan (`repeated`) shares its result only where every response name means the same in all fetches.
 */
export function settleSharing(fetches: readonly CompiledFetch[]): void {
  const writers = new Map<string, Set<CompiledFetch>>();
  const meanings = new Map<string, Set<string>>();
  for (const fetch of fetches) {
    for (const { place, name, meaning, composite } of fetch.document.writes) {
      meanings.set(name, (meanings.get(name) ?? new Set()).add(meaning));
      if (composite) writers.set(place, (writers.get(place) ?? new Set()).add(fetch));
    }
  }
  const contextual = fetches.some(({ context }) => context !== undefined);
  const unambiguous = !contextual && [...meanings.values()].every((each) => each.size === 1);
  const texts = new Map<string, number>();
  for (const { head } of fetches) texts.set(head, (texts.get(head) ?? 0) + 1);
  for (const fetch of fetches) {
    const merged = new Set<string>();
    for (const { place, name, composite } of fetch.document.writes) {
      if (composite && (writers.get(place)?.size ?? 0) > 1) merged.add(name);
    }
    fetch.copied = contextual ? 'all' : merged.size > 0 ? merged : undefined;
    fetch.changed = changedBelow(fetch, fetches);
    fetch.repeated = unambiguous && fetch.node.operationKind === 'query' && (texts.get(fetch.head) ?? 0) > 1;
  }
}

/** The keys of a fetch's data below which other fetches merge or replace something. */
function changedBelow(fetch: CompiledFetch, fetches: readonly CompiledFetch[]): KeyTree {
  const tree: GrowingTree = new Map();
  const own = new Set(fetch.document.writes.flatMap(({ place, composite }) => (composite ? [place] : [])));
  for (const other of fetches) {
    if (other === fetch) continue;
    const written = other.document.writes.flatMap(({ place, composite }) => (composite ? [place] : []));
    for (const place of [other.place, ...written]) if (own.has(place)) grow(tree, place.slice(fetch.place.length));
  }
  return tree;
}

interface GrowingTree extends Map<string, GrowingTree> {}

/** Adds a place's keys to the tree. */
function grow(tree: GrowingTree, place: string): void {
  let at = tree;
  for (const key of place.split('.').slice(1)) {
    const below: GrowingTree = at.get(key) ?? new Map();
    at.set(key, below);
    at = below;
  }
}
