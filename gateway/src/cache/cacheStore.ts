/**
 * What a cached value depends on, and what is replaced when it changes. Of one subgraph: an entity, `shop/Item:42`, or all entities of a type, `shop/Item`.
 * An entity's changes replace the generation of its type as well.
 */
export type Tag = string;

export function entityTag(subgraph: string, typename: string, key: string): Tag {
  return `${subgraph}/${typename}:${key}`;
}

export function typeTag(subgraph: string, typename: string): Tag {
  return `${subgraph}/${typename}`;
}

/** The type's tag of an entity's tag; of a type's tag itself. */
export function typeTagOf(tag: Tag): Tag {
  const colon = tag.indexOf(':');
  return colon < 0 ? tag : tag.slice(0, colon);
}

/** What the store holds at one moment. */
export interface Reading {
  /** Moves on with every invalidation, whatever it is of: `<epoch>:<number>`. Undefined in a store that holds nothing yet. */
  readonly clock: string | undefined;
  /** For each tag asked about, the clock's time at which it was last replaced, or when it was first seen; undefined where it is not known, or of another epoch than the clock. */
  readonly generations: readonly (string | undefined)[];
  /** For each key asked about what was filled in; whether it is valid still is not looked at. */
  readonly values: readonly (StoredValue | undefined)[];
}

export interface StoredValue {
  readonly tags: readonly Tag[];
  /** Of these tags, when it was filled: it is valid while they are the same. */
  readonly generations: readonly string[];
  /** Milliseconds since 1970, by the clock of the gateway that filled it. */
  readonly filledAt: number;
  readonly payload: string;
}

export interface Fill {
  readonly key: string;
  readonly tags: readonly Tag[];
  readonly payload: string;
  /** How long it may be kept. Milliseconds. */
  readonly ttlMs: number;
}

/**
 * What all gateways share of cached values: generations of tags, and the values. No value can be filled in that was fetched before one of its tags was invalidated, whoever did that: what is not known (evicted, never seen, another epoch) counts as
 * invalidated.
 */
export interface CacheStore {
  /** Whether it can be asked now. */
  readonly ready: boolean;
  /** One round trip, together with what others ask for in the same turn. Rejects where the store is away or slow. */
  read(tags: readonly Tag[], keys: readonly string[]): Promise<Reading>;
  /**
   * Keeps values that were fetched after `since`, a reading's clock. Each one atomically: refused (undefined) where one of its tags has been replaced since, or is not known to have not been; else the generations of its tags are answered. Never rejects:
   * nothing is filled where the store is away.
   */
  fill(since: string, fills: readonly Fill[]): Promise<readonly (readonly string[] | undefined)[]>;
  /** Replaces the generations of entities and of their types. When it is resolved, no reading has what was before. Rejects where the store is away. */
  invalidate(tags: readonly Tag[]): Promise<void>;
  /** Makes everything void that is kept. Rejects where the store is away. */
  voidAll(): Promise<void>;
  close(): void;
}
