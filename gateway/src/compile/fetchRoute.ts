import type { CompiledFetch } from './compileFetch.js';
import type { PathStep } from './responsePath.js';

/** The way to the objects of a fetch. In one execution, a way is gone from the nearest objects that an earlier fetch has found on it. */
export interface FetchRoute {
  /** Its number among the routes of the plan: the same for fetches that go the same way. */
  readonly id: number;
  /** Where the way may begin, the nearest first: the routes of other fetches on it, or the root. */
  readonly starts: readonly RouteStart[];
  /** Routes on which other objects may be found once this fetch has been merged. */
  readonly changes: readonly number[];
  /** Routes that go on from here: not to be relied on when objects here have been replaced. */
  readonly below: readonly number[];
}

interface RouteStart {
  readonly id: number;
  /** What remains from there. */
  readonly steps: readonly PathStep[];
}

/** The route that is no step long. */
export const rootRoute: FetchRoute = { id: 0, starts: [{ id: 0, steps: [] }], changes: [], below: [] };

/** Finds the routes of a plan's fetches. */
export function settleRoutes(fetches: readonly CompiledFetch[]): void {
  const byKey = new Map<string, Way>([['', { id: rootRoute.id, path: [], place: '' }]]);
  for (const { path, place } of fetches) {
    const key = keyOf(path);
    if (!byKey.has(key)) byKey.set(key, { id: byKey.size, path, place });
  }
  for (const fetch of fetches) {
    const { path, place, document } = fetch;
    const own = byKey.get(keyOf(path)) as Way;
    const written = document.writes.flatMap((each) => (each.composite ? [each.place] : []));
    const others = [...byKey.values()].filter(({ id }) => id !== own.id);
    const starts = path.map((_step, index) => path.slice(0, index)).flatMap((start) => byKey.get(keyOf(start)) ?? []);
    fetch.route = {
      id: own.id,
      starts: [own, ...starts.reverse()].map((start) => ({ id: start.id, steps: path.slice(start.path.length) })),
      // A step with type conditions leads to others when a type becomes known.
      changes: others
        .filter(
          (other) =>
            written.some((at) => isAtOrBelow(other.place, at)) ||
            (isAtOrBelow(other.place, place) && other.path.some(({ types }) => types)),
        )
        .map(({ id }) => id),
      below: others.filter((other) => isAtOrBelow(other.place, place)).map(({ id }) => id),
    };
  }
}

interface Way {
  readonly id: number;
  readonly path: readonly PathStep[];
  readonly place: string;
}

function isAtOrBelow(place: string, other: string): boolean {
  return place === other || place.startsWith(`${other}.`);
}

function keyOf(path: readonly PathStep[]): string {
  return path.map(({ key = '@', types }) => (types ? `${key}|${types.join('|')}` : key)).join('.');
}
