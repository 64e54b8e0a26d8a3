import {
  type ConstDirectiveNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { fieldType } from './fieldType.js';

/** What `@cacheControl(scope:)` says in a supergraph: of types, and of fields as `Type.field`. */
export interface PublicFields {
  readonly types: ReadonlyMap<string, Scope>;
  readonly fields: ReadonlyMap<string, Scope>;
}

type Scope = 'PUBLIC' | 'PRIVATE';

const DIRECTIVE = /^(\w+__)?cacheControl$/;

/** Reads what a supergraph marks as the same for everybody of the same kind and scopes. */
export function readPublicFields(sdl: string): PublicFields {
  const types = new Map<string, Scope>();
  const fields = new Map<string, Scope>();
  if (!sdl.includes('cacheControl')) return { types, fields };
  for (const each of parse(sdl, { noLocation: true }).definitions) {
    if (
      each.kind !== Kind.OBJECT_TYPE_DEFINITION &&
      each.kind !== Kind.INTERFACE_TYPE_DEFINITION &&
      each.kind !== Kind.UNION_TYPE_DEFINITION
    )
      continue;
    const own = scopeOf(each.directives);
    if (own) types.set(each.name.value, own);
    if (each.kind === Kind.UNION_TYPE_DEFINITION) continue;
    for (const field of each.fields ?? []) {
      const scope = scopeOf(field.directives);
      if (scope) fields.set(`${each.name.value}.${field.name.value}`, scope);
    }
  }
  return { types, fields };
}

/**
 * Whether all that an operation selects is the same for everybody of the same kind and scopes: each field is marked PUBLIC, or the type that it gives is; a leaf without a mark of its own is what its
 * parent is.
 */
export function isPublic(
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  rootType: GraphQLCompositeType,
  schema: GraphQLSchema,
  marked: PublicFields,
): boolean {
  if (marked.types.size === 0 && marked.fields.size === 0) return false;
  const all = (set: SelectionSetNode, type: GraphQLCompositeType, above: boolean): boolean =>
    set.selections.every((each) => {
      if (each.kind === Kind.FIELD) {
        const name = each.name.value;
        if (name === '__typename') return true;
        const own = fieldType(type, name);
        if (!own) return false;
        const given = getNamedType(own);
        const composite = isCompositeType(given);
        const shared = isPublicField(marked, type, name, composite ? given : undefined, above, schema);
        return shared && (!each.selectionSet || !composite || all(each.selectionSet, given, true));
      }
      const fragment = each.kind === Kind.INLINE_FRAGMENT ? each : fragments.get(each.name.value);
      if (!fragment) return false;
      const narrower = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
      return all(fragment.selectionSet, isCompositeType(narrower) ? narrower : type, above);
    });
  return all(definition.selectionSet, rootType, false);
}

/**
 * Whether a field is the same for everybody of the same kind and scopes. `given`: the type of the objects that it gives; `above`: whether its parent is. Of interfaces and unions, none of the types that there may be must say that it is not.
 */
export function isPublicField(
  { fields, types }: PublicFields,
  parent: GraphQLCompositeType,
  name: string,
  given: GraphQLCompositeType | undefined,
  above: boolean,
  schema: GraphQLSchema,
): boolean {
  const own = fields.get(`${parent.name}.${name}`);
  const scope = own ?? (given && types.get(given.name));
  if (scope === undefined ? given !== undefined || !above : scope === 'PRIVATE') return false;
  const possible = (type: GraphQLCompositeType | undefined) =>
    isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  return (
    possible(parent).every((each) => fields.get(`${each.name}.${name}`) !== 'PRIVATE') &&
    // What stands at the field goes before what stands at types.
    (own !== undefined || possible(given).every((each) => types.get(each.name) !== 'PRIVATE'))
  );
}

function scopeOf(directives: readonly ConstDirectiveNode[] = []): Scope | undefined {
  const directive = directives.find(({ name }) => DIRECTIVE.test(name.value));
  const scope = directive?.arguments?.find(({ name }) => name.value === 'scope')?.value;
  if (scope?.kind !== Kind.ENUM) return undefined;
  return scope.value === 'PUBLIC' ? 'PUBLIC' : 'PRIVATE';
}
