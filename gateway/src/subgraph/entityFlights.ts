/** Of entities that a fetch asks for, those that are in flight. */
export interface FoundEntities<F> {
  /** A flight that asks for exactly the same in the same order. */
  readonly whole: F | undefined;
  /** By flight: the fetch's position of each of the flight's entities that it wants. */
  readonly parts: ReadonlyMap<F, ReadonlyMap<number, number>>;
  /** The positions of those that nobody asks for. */
  readonly missing: readonly number[];
}

interface Group<F> {
  readonly flights: Map<F, readonly string[]>;
  /** Made when a second fetch comes: most are alone. */
  places: Map<string, { readonly flight: F; readonly position: number }> | undefined;
}

/** Entity fetches in flight by what they have in common, to be found by the representations that they ask for. */
export class EntityFlights<F> {
  private readonly groups = new Map<string, Group<F>>();

  /** What is in flight of these; undefined where nothing is. */
  find(key: string, representations: readonly string[]): FoundEntities<F> | undefined {
    const group = this.groups.get(key);
    if (!group) return undefined;
    for (const [flight, sent] of group.flights)
      if (isSame(sent, representations)) return { whole: flight, parts: new Map(), missing: [] };
    const places = placesOf(group);
    const parts = new Map<F, Map<number, number>>();
    const missing: number[] = [];
    for (const [position, representation] of representations.entries()) {
      const place = places.get(representation);
      if (!place) {
        missing.push(position);
        continue;
      }
      const part = parts.get(place.flight);
      if (part) part.set(place.position, position);
      else parts.set(place.flight, new Map([[place.position, position]]));
    }
    return parts.size === 0 ? undefined : { whole: undefined, parts, missing };
  }

  add(key: string, flight: F, representations: readonly string[]): void {
    const group = this.groups.get(key);
    if (!group) {
      this.groups.set(key, { flights: new Map([[flight, representations]]), places: undefined });
      return;
    }
    group.flights.set(flight, representations);
    if (group.places) note(group.places, flight, representations);
  }

  remove(key: string, flight: F): void {
    const group = this.groups.get(key);
    const representations = group?.flights.get(flight);
    if (!group || !representations) return;
    group.flights.delete(flight);
    if (group.flights.size === 0) this.groups.delete(key);
    else if (group.places)
      for (const each of representations) if (group.places.get(each)?.flight === flight) group.places.delete(each);
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}

function placesOf<F>(group: Group<F>): NonNullable<Group<F>['places']> {
  if (!group.places) {
    group.places = new Map();
    for (const [flight, representations] of group.flights) note(group.places, flight, representations);
  }
  return group.places;
}

function note<F>(places: NonNullable<Group<F>['places']>, flight: F, representations: readonly string[]): void {
  for (const [position, each] of representations.entries()) places.set(each, { flight, position });
}
