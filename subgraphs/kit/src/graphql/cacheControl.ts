import { Directive } from 'type-graphql';

/** Stands at a type or at a field. */
type CacheDecorator = ReturnType<typeof Directive>;

export interface CacheRule {
  /** Seconds. 0: never. */
  readonly maxAge?: number;
  /**
   * PUBLIC: the same for everybody of the same kind and scopes. The gateway asks for such a thing with a token whose `sub` is empty, so no resolver on the way may look at whose it is. It stands at fields only: at a type it would hold for every field
   * that gives the type, in entities that themselves are not everybody's as well.
   */
  readonly scope?: 'PUBLIC';
  /** Seconds beyond `maxAge` in which an old answer may still be given while a new one is fetched. Only for what its description says may be behind. */
  readonly staleWhileRevalidate?: number;
}

/**
 * How long the gateway may keep an answer (the directive `@cacheControl`). What can be kept for more than a few seconds is asked for again only when an event names it as changed: every change of it has to name it in the `entities` of an event that
 * is emitted in the same transaction. `watchChanges` (in `testing`) shows in tests that they do.
 */
export function Cached({ maxAge, scope, staleWhileRevalidate }: CacheRule): CacheDecorator {
  const args = [
    maxAge !== undefined && `maxAge: ${maxAge}`,
    scope && `scope: ${scope}`,
    staleWhileRevalidate !== undefined && `staleWhileRevalidate: ${staleWhileRevalidate}`,
  ];
  return Directive(`@cacheControl(${args.filter(Boolean).join(', ')})`);
}

/** For the parts of an entity that are no entities themselves, and for connections: kept as long as what they are in. */
export function CachedWithin(): CacheDecorator {
  return Directive('@cacheControl(inheritMaxAge: true)');
}

/** Seconds for an entity whose every change is named by an event: the events are what keeps it fresh, this only bounds what is remembered. */
export const UNTIL_CHANGED = 3_600;

/** Seconds for an entity that never changes. */
export const UNCHANGING = 3_600;

/**
 * Puts the directive into the supergraph. Goes into each subgraph's SDL, since every link to it has to be the same. The enum is called as the link's own types are
 * (`cacheControl__`), so that clients do not see it.
 */
export const CACHE_CONTROL_LINK = `extend schema
  @link(url: "https://leadgraph.example/cacheControl/v1.0", import: ["@cacheControl"])
  @composeDirective(name: "@cacheControl")

directive @cacheControl(maxAge: Int, scope: cacheControl__Scope, inheritMaxAge: Boolean, staleWhileRevalidate: Int) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION

enum cacheControl__Scope {
  PUBLIC
  PRIVATE
}`;
