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
 * How long the response of an operation may be kept, in seconds: the least of what holds for its fields. By Apollo Server's rules a field has what stands at it, else at the type that it gives; one that gives objects, and one of the root, has 0 where
 * nothing is said; the others are kept as long as what they are in. Of a field that gives an interface or a union, what stands at the types that it may be counts as well.
 */
export function maxAgeOf(
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  rootType: GraphQLObjectType,
  schema: GraphQLSchema,
  hints: CacheHints,
  conditions: ConditionValues,
): number {
  if (hints.size === 0) return 0;
  let least: number | undefined;
  const restrict = (maxAge: number | undefined) => {
    if (maxAge !== undefined) least = Math.min(least ?? maxAge, maxAge);
  };

  const ofField = (parent: GraphQLObjectType, name: string, given: GraphQLCompositeType | undefined) => {
    const own = hints.get(`${parent.name}.${name}`);
    const ofType = given && hints.get(given.name);
    const maxAge = (own?.inherit ? undefined : own?.maxAge) ?? ofType?.maxAge;
    const inherits = own?.inherit || ofType?.inherit;
    restrict(maxAge ?? ((given && !inherits) || parent === rootType ? 0 : undefined));
    if (isAbstractType(given))
      for (const each of schema.getPossibleTypes(given)) restrict(hints.get(each.name)?.maxAge);
  };

  const walk = (set: SelectionSetNode, type: GraphQLCompositeType) => {
    for (const each of set.selections) {
      if (least === 0) return;
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
      for (const parent of isAbstractType(type) ? schema.getPossibleTypes(type) : [type]) ofField(parent, name, given);
      if (each.selectionSet && given) walk(each.selectionSet, given);
    }
  };
  walk(definition.selectionSet, rootType);
  return least ?? 0;
}

function hintOf(directives: readonly ConstDirectiveNode[] = []): CacheHint | undefined {
  const directive = directives.find(({ name }) => DIRECTIVE.test(name.value));
  if (!directive) return undefined;
  const value = (name: string) => directive.arguments?.find((each) => each.name.value === name)?.value;
  const maxAge = value('maxAge');
  const inherit = value('inheritMaxAge');
  return {
    maxAge: maxAge?.kind === Kind.INT ? Math.max(0, Number(maxAge.value)) : undefined,
    inherit: inherit?.kind === Kind.BOOLEAN && inherit.value,
  };
}
