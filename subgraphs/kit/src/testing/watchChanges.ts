import { readFileSync } from 'node:fs';
import type { Identity } from '../identity/identity.js';
import { EntitySelections } from './entitySelections.js';
import type { TestSubgraph } from './testSubgraph.js';

const SUPERGRAPH = new URL('../../../../schema/supergraph.graphql', import.meta.url);
const MOST_AT_ONCE = 100;

/** Field values of entities, `Type:key` → where it was seen, by whom, and the field → value as JSON. */
type Seen = Map<string, Map<string, string>>;

/**
 * Shows that whatever a gateway may cache of a subgraph's entities is named by an event when it changes: reads all of it before and after each kind of write, as each of the callers, and finds what differs and stands in the `entities` of no message of
 * that write. The entities are those that messages named, those that were found within others, and those that `entity` names before the subgraph has heard of them.
 */
export class ChangeWatch {
  /** `<Type>.<field>` of what changed at all, so that a test can show that it has seen something. */
  readonly changed = new Set<string>();
  readonly #faults = new Set<string>();
  readonly #subgraph: TestSubgraph;
  readonly #selections: EntitySelections;
  readonly #identities: Identity[];
  readonly #known = new Set<string>();

  constructor(subgraph: TestSubgraph, sdl: string, identities: readonly Identity[]) {
    this.#subgraph = subgraph;
    this.#selections = new EntitySelections(sdl, readFileSync(SUPERGRAPH, 'utf8'));
    this.#identities = [...identities];
  }

  /** What changed and was not named: `<write>: <Type>.<field>, seen by <kind>, is not named by <events>`, each once. */
  get faults(): string[] {
    return [...this.#faults];
  }

  /** Watches an entity that no message has named yet. */
  entity(typename: string, key: string): void {
    this.#known.add(`${typename}:${key}`);
  }

  /** Looks as this caller as well, from now on. */
  as(identity: Identity): void {
    this.#identities.push(identity);
  }

  /** Does one write and notes what it changed without naming it. */
  async during<T>(name: string, write: () => Promise<T>): Promise<T> {
    const earlier = await this.#subgraph.outbox();
    this.#know(earlier);
    const before = await this.#read();
    const answer = await write();
    const messages = (await this.#subgraph.outbox()).slice(earlier.length);
    this.#know(messages);
    const named = new Set(
      messages.flatMap(({ entities }) => entities.map(({ __typename, key }) => `${__typename}:${key}`)),
    );
    const after = await this.#read();
    for (const [entity, places] of before) {
      const typename = entity.slice(0, entity.indexOf(':'));
      const now = after.get(entity) ?? new Map<string, string>();
      for (const [place, value] of places) {
        // One that is not within the other any more: the other has changed.
        if (now.get(place) === value || (!now.has(place) && !place.startsWith('itself'))) continue;
        const [, field, caller] = place.split(' ') as [string, string, string];
        this.changed.add(`${typename}.${field}`);
        if (named.has(entity)) continue;
        const unnamed =
          messages.length > 0 ? `not named by ${messages.map(({ type }) => type).join(', ')}` : 'named by nothing';
        this.#faults.add(`${name}: ${typename}.${field}, seen by ${caller.split('/')[0]}, is ${unnamed}`);
      }
    }
    return answer;
  }

  /**
   * What the gateway takes for the same for all callers of a kind and scopes, and asks for with an empty `sub`: of all known entities, `fields` that were compared (`<Type>.<field>`), and those of them that are something else for one of the callers.
   */
  async compareCallers(): Promise<{ fields: string[]; faults: string[] }> {
    this.#know(await this.#subgraph.outbox());
    await this.#read();
    const fields = new Set<string>();
    const faults = new Set<string>();
    for (const typename of this.#selections.kept())
      for (const identity of this.#identities) {
        const selection = this.#selections.publicOf(typename, identity);
        const keys = [...this.#known].filter((each) => each.startsWith(`${typename}:`));
        if (selection === null || keys.length === 0) continue;
        const ids = keys.map((each) => each.slice(typename.length + 1)).slice(0, MOST_AT_ONCE);
        const own = await this.#ask(typename, ids, selection, identity);
        const shared = await this.#ask(typename, ids, selection, { ...identity, sub: '' });
        own.forEach((entity, index) => {
          const other = shared[index];
          for (const field of Object.keys(entity ?? other ?? {})) {
            if (field === '__typename') continue;
            fields.add(`${typename}.${field}`);
            if (JSON.stringify(entity?.[field]) !== JSON.stringify(other?.[field]))
              faults.add(`${typename}.${field} is another for ${identity.kind}`);
          }
        });
      }
    return { fields: [...fields].sort(), faults: [...faults] };
  }

  #know(messages: Awaited<ReturnType<TestSubgraph['outbox']>>): void {
    for (const { entities } of messages) for (const { __typename, key } of entities) this.entity(__typename, key);
  }

  /** Reads all entities that are known, and those that are found by it, until there are no more. */
  async #read(): Promise<Seen> {
    const seen: Seen = new Map();
    const done = new Set<string>();
    const kept = this.#selections.kept();
    for (;;) {
      const next = [...this.#known].filter((each) => !done.has(each));
      if (next.length === 0) return seen;
      for (const each of next) done.add(each);
      for (const typename of kept) {
        const keys = next.flatMap((each) => (each.startsWith(`${typename}:`) ? [each.slice(typename.length + 1)] : []));
        for (let at = 0; at < keys.length; at += MOST_AT_ONCE)
          for (const identity of this.#identities)
            await this.#readSome(typename, keys.slice(at, at + MOST_AT_ONCE), identity, seen);
      }
    }
  }

  async #readSome(typename: string, keys: readonly string[], identity: Identity, seen: Seen): Promise<void> {
    const selection = this.#selections.of(typename, identity);
    if (selection === null) return;
    const entities = await this.#ask(typename, keys, selection, identity);
    const caller = `${identity.kind}${identity.scopes.length > 0 ? '+' : ''}/${identity.sub}`;
    keys.forEach((key, index) => {
      const note = (place: string, field: string, value: unknown) =>
        noteValue(seen, `${typename}:${key}`, `${place} ${field} ${caller}`, value);
      const found = entities[index];
      note('itself', 'id', found?.id ?? null);
      if (found) this.#collect(found, `itself`, caller, seen);
    });
  }

  async #ask(
    typename: string,
    ids: readonly string[],
    selection: string,
    identity: Identity,
  ): Promise<(Record<string, unknown> | null)[]> {
    const { data, errors } = await this.#subgraph.query(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${typename} { ${selection} } } }`,
      { of: ids.map((id) => ({ __typename: typename, id })) },
      identity,
    );
    // A field may be refused to a caller; that an operation makes no sense to the subgraph is a fault of the watch.
    if (!data?._entities) throw new Error(`${typename} cannot be read: ${JSON.stringify(errors)}`);
    return data._entities;
  }

  /** Notes an entity's own values, with what is in it that is no entity, and goes on with the entities that it leads to, which stand in it by their keys. */
  #collect(entity: Record<string, unknown>, place: string, caller: string, seen: Seen): void {
    const { __typename: typename, id } = entity as { __typename: string; id: string };
    this.entity(typename, id);
    const within: Record<string, unknown>[] = [];
    const own = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(own);
      if (value === null || typeof value !== 'object') return value;
      const object = value as Record<string, unknown>;
      if (this.#selections.isEntity(String(object.__typename))) {
        within.push(object);
        return `${object.__typename}:${object.id}`;
      }
      return Object.fromEntries(Object.entries(object).map(([name, each]) => [name, own(each)]));
    };
    for (const [field, value] of Object.entries(entity)) {
      if (field === '__typename' || field === 'id') continue;
      noteValue(seen, `${typename}:${id}`, `${place} ${field} ${caller}`, own(value));
    }
    for (const each of within) this.#collect(each, `within:${typename}:${id}`, caller, seen);
  }
}

/** Begins to watch; `sdl` is the subgraph's. */
export function watchChanges(subgraph: TestSubgraph, sdl: string, identities: readonly Identity[]): ChangeWatch {
  return new ChangeWatch(subgraph, sdl, identities);
}

function noteValue(seen: Seen, entity: string, place: string, value: unknown): void {
  const places = seen.get(entity) ?? new Map<string, string>();
  seen.set(entity, places);
  // The same entity twice within another: both have to be the same as before.
  const text = JSON.stringify(value ?? null);
  const known = places.get(place);
  places.set(place, known === undefined || known === text ? text : `${known} ${text}`);
}
