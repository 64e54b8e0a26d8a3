import {
  type ConstDirectiveNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { type ConditionValues, isIncluded } from './conditions.js';
import { fieldType } from './fieldType.js';

/** What `@cacheControl` says of how long something may be kept, in seconds; `inherit`: as long as what it is in. */
interface CacheHint {
  readonly maxAge: number | undefined;
  readonly inherit: boolean;
  /** For how long after that, or after it has changed, it may be shown as it was while it is asked for anew. */
  readonly staleWhileRevalidate: number | undefined;
}

/** Of the types of a supergraph, and of fields as `Type.field`. */
export type CacheHints = ReadonlyMap<string, CacheHint>;

const DIRECTIVE = /^(\w+__)?cacheControl$/;

export function readCacheHints(sdl: string): CacheHints {
  const hints = new Map<string, CacheHint>();
  if (!sdl.includes('cacheControl')) return hints;
  const note = (name: string, directives: readonly ConstDirectiveNode[] | undefined) => {
    const hint = hintOf(directives);
    if (hint) hints.set(name, hint);
  };
  for (const each of parse(sdl, { noLocation: true }).definitions) {
    const isUnion = each.kind === Kind.UNION_TYPE_DEFINITION;
    if (!isUnion && each.kind !== Kind.OBJECT_TYPE_DEFINITION && each.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    note(each.name.value, each.directives);
    for (const field of isUnion ? [] : (each.fields ?? []))
      note(`${each.name.value}.${field.name.value}`, field.directives);
  }
  return hints;
}

/**
 * How long what a field gives may be kept, in seconds; undefined: it says nothing. By Apollo Server's rules a field has what stands at it, else at the type that it gives; one that gives objects, and one of the root, has 0 where
 * nothing is said; the others are kept as long as what they are in. Of a field that gives an interface or a union, what stands at the types that it may be counts as well.
 */
export function maxAgeOfField(
  hints: CacheHints,
  parent: string,
  isRoot: boolean,
  name: string,
  given: GraphQLCompositeType | undefined,
  schema: GraphQLSchema,
): number | undefined {
  const own = hints.get(`${parent}.${name}`);
  const ofType = given && hints.get(given.name);
  const inherits = own?.inherit || ofType?.inherit;
  const maxAge =
    (own?.inherit ? undefined : own?.maxAge) ?? ofType?.maxAge ?? ((given && !inherits) || isRoot ? 0 : undefined);
  const possible = isAbstractType(given)
    ? schema.getPossibleTypes(given).map((each) => hints.get(each.name)?.maxAge)
    : [];
  return least(maxAge, ...possible);
}

/** The least of those that say something. */
export function least(...seconds: readonly (number | undefined)[]): number | undefined {
  const said = seconds.filter((each) => each !== undefined);
  return said.length === 0 ? undefined : Math.min(...said);
}

/** How long the response of an operation may be kept, in seconds: the least of what holds for its fields. */
export function maxAgeOf(
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  rootType: GraphQLObjectType,
  schema: GraphQLSchema,
  hints: CacheHints,
  conditions: ConditionValues,
): number {
  if (hints.size === 0) return 0;
  let maxAge: number | undefined;
  const restrict = (seconds: number | undefined) => {
    maxAge = least(maxAge, seconds);
  };

  const walk = (set: SelectionSetNode, type: GraphQLCompositeType) => {
    for (const each of set.selections) {
      if (maxAge === 0) return;
      if (!isIncluded(each, conditions)) continue;
      if (each.kind !== Kind.FIELD) {
        const fragment = each.kind === Kind.INLINE_FRAGMENT ? each : fragments.get(each.name.value);
        const narrower = fragment?.typeCondition && schema.getType(fragment.typeCondition.name.value);
        if (fragment) walk(fragment.selectionSet, isCompositeType(narrower) ? narrower : type);
        continue;
      }
      const name = each.name.value;
      if (name === '__typename') continue;
      const own = fieldType(type, name);
      // Introspection: it changes with the schema.
      if (!own) {
        restrict(0);
        continue;
      }
      const named = getNamedType(own);
      const given = isCompositeType(named) ? named : undefined;
      for (const parent of isAbstractType(type) ? schema.getPossibleTypes(type) : [type])
        restrict(maxAgeOfField(hints, parent.name, parent === rootType, name, given, schema));
      if (each.selectionSet && given) walk(each.selectionSet, given);
    }
  };
  walk(definition.selectionSet, rootType);
  return maxAge ?? 0;
}

function hintOf(directives: readonly ConstDirectiveNode[] = []): CacheHint | undefined {
  const directive = directives.find(({ name }) => DIRECTIVE.test(name.value));
  if (!directive) return undefined;
  const value = (name: string) => directive.arguments?.find((each) => each.name.value === name)?.value;
  const seconds = (name: string) => {
    const given = value(name);
    return given?.kind === Kind.INT ? Math.max(0, Number(given.value)) : undefined;
  };
  const inherit = value('inheritMaxAge');
  return {
    maxAge: seconds('maxAge'),
    staleWhileRevalidate: seconds('staleWhileRevalidate'),
    inherit: inherit?.kind === Kind.BOOLEAN && inherit.value,
  };
}
