import {
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { responseName } from './collectFields.js';
import { fieldType } from './fieldType.js';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** The response names that an operation selects at each of its places, whatever the types and conditions; see `placeOf`. */
export function selectedNames(root: SelectionSetNode, fragments: Fragments): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  const walk = (set: SelectionSetNode, place: string): void => {
    for (const each of set.selections) {
      if (each.kind === Kind.FIELD) {
        const name = responseName(each);
        places.set(place, (places.get(place) ?? new Set()).add(name));
        if (each.selectionSet) walk(each.selectionSet, `${place}.${name}`);
      } else {
        const below =
          each.kind === Kind.INLINE_FRAGMENT ? each.selectionSet : fragments.get(each.name.value)?.selectionSet;
        if (below) walk(below, place);
      }
    }
  };
  walk(root, '');
  return places;
}

/**
 * The type at a place of the operation, given as response names and `... on T` conditions from the root. Throws when the operation has no such
 * place.
 */
export function typeAt(
  queryPath: readonly string[],
  root: { readonly type: GraphQLCompositeType; readonly selectionSet: SelectionSetNode },
  fragments: Fragments,
  schema: GraphQLSchema,
): GraphQLCompositeType {
  let type = root.type;
  let sets: readonly Scoped[] = [root];
  for (const step of queryPath) {
    const condition = /^\.\.\. on (.+)$/.exec(step)?.[1];
    if (condition !== undefined) {
      const narrower = schema.getType(condition);
      if (isCompositeType(narrower)) type = narrower;
      continue;
    }
    const below = sets.flatMap((set) => fieldsNamed(step, set, fragments, schema));
    const [first] = below;
    if (!first) throw new Error(`the operation has no field ${queryPath.join('.')}`);
    type = first.type;
    sets = below;
  }
  return type;
}

interface Scoped {
  readonly type: GraphQLCompositeType;
  readonly selectionSet: SelectionSetNode;
}

function fieldsNamed(
  name: string,
  { type, selectionSet }: Scoped,
  fragments: Fragments,
  schema: GraphQLSchema,
): Scoped[] {
  return selectionSet.selections.flatMap((each): Scoped[] => {
    if (each.kind === Kind.FIELD) {
      if (responseName(each) !== name || !each.selectionSet) return [];
      const below = getNamedType(fieldType(type, each.name.value));
      return isCompositeType(below) ? [{ type: below, selectionSet: each.selectionSet }] : [];
    }
    const fragment = each.kind === Kind.INLINE_FRAGMENT ? each : fragments.get(each.name.value);
    if (!fragment) return [];
    const narrower = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
    return fieldsNamed(
      name,
      { type: isCompositeType(narrower) ? narrower : type, selectionSet: fragment.selectionSet },
      fragments,
      schema,
    );
  });
}
