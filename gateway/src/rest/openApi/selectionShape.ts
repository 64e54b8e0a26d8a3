import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql';

/** What selections are read with. */
export interface SelectionWorld {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** What is selected under one response name. */
export interface SelectedField {
  readonly name: string;
  readonly selectionSets: SelectionSetNode[];
  /** Whether a condition decides if it is there. */
  optional: boolean;
}

/** What is selected of an object of this type, by response name. */
export function selectedFields(
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  world: SelectionWorld,
): Map<string, SelectedField> {
  const fields = new Map<string, SelectedField>();
  for (const set of selectionSets) collect(set, false);
  return fields;

  function collect({ selections }: SelectionSetNode, optional: boolean): void {
    for (const selection of selections) {
      const decided = optional || isConditional(selection.directives);
      if (selection.kind === Kind.FIELD) add(selection, decided);
      else {
        const fragment =
          selection.kind === Kind.FRAGMENT_SPREAD ? world.fragments.get(selection.name.value) : selection;
        if (fragment && applies(fragment.typeCondition)) collect(fragment.selectionSet, decided);
      }
    }
  }

  function add({ alias, name, selectionSet }: FieldNode, optional: boolean): void {
    const key = (alias ?? name).value;
    const before = fields.get(key);
    if (before) before.optional &&= optional;
    const field = before ?? { name: name.value, selectionSets: [], optional };
    if (selectionSet) field.selectionSets.push(selectionSet);
    fields.set(key, field);
  }

  function applies(condition: FragmentDefinitionNode['typeCondition'] | undefined): boolean {
    if (!condition) return true;
    const named = typeFromAST(world.schema, condition);
    if (!named || named === type) return named === type;
    return isAbstractType(named) && world.schema.isSubType(named, type);
  }
}

function isConditional(directives: FieldNode['directives'] = []): boolean {
  return directives.some(({ name }) => name.value === 'skip' || name.value === 'include');
}

/** The object types that a value of a composite type may have. */
export function objectTypesOf(
  type: Parameters<GraphQLSchema['getPossibleTypes']>[0] | GraphQLObjectType,
  schema: GraphQLSchema,
): readonly GraphQLObjectType[] {
  return isObjectType(type) ? [type] : schema.getPossibleTypes(type);
}
