import type { CompiledFetch } from './compileFetch.js';
import { type PathStep, placeOf } from './responsePath.js';

/** The way to the objects of a fetch. In one execution, a way is gone from the nearest objects that an earlier fetch has found on it. */
export interface FetchRoute {
  /** The same for fetches that go the same way. */
  readonly key: string;
  /** Where the way may begin, the nearest first: the routes of other fetches on it, or the root. */
  readonly starts: readonly RouteStart[];
  /** Routes on which other objects may be found once this fetch has been merged. */
  readonly changes: readonly string[];
  /** Routes that go on from here: not to be relied on when objects here have been replaced. */
  readonly below: readonly string[];
}

interface RouteStart {
  readonly key: string;
  /** What remains from there. */
  readonly steps: readonly PathStep[];
}

/** The route that is no step long. */
export const ROOT = '';

/** Finds the routes of a plan's fetches. */
export function settleRoutes(fetches: readonly CompiledFetch[]): void {
  const paths = new Map<string, readonly PathStep[]>([[ROOT, []]]);
  for (const { path } of fetches) paths.set(keyOf(path), path);
  for (const fetch of fetches) {
    const { path, place, document } = fetch;
    const key = keyOf(path);
    const written = document.writes.flatMap((each) => (each.composite ? [each.place] : []));
    const others = [...paths].filter(([other]) => other !== key);
    fetch.route = {
      key,
      starts: [...paths]
        .filter(([, start]) => start.length <= path.length && keyOf(path.slice(0, start.length)) === keyOf(start))
        .sort(([, one], [, other]) => other.length - one.length)
        .map(([start, { length }]) => ({ key: start, steps: path.slice(length) })),
      // A step with type conditions leads to others when a type becomes known.
      changes: others
        .filter(
          ([, other]) =>
            written.some((at) => isAtOrBelow(placeOf(other), at)) ||
            (isAtOrBelow(placeOf(other), place) && other.some(({ types }) => types)),
        )
        .map(([other]) => other),
      below: others.filter(([, other]) => isAtOrBelow(placeOf(other), place)).map(([other]) => other),
    };
  }
}

function isAtOrBelow(place: string, other: string): boolean {
  return place === other || place.startsWith(`${other}.`);
}

function keyOf(path: readonly PathStep[]): string {
  return path.map(({ key = '@', types }) => (types ? `${key}|${types.join('|')}` : key)).join('.');
}
