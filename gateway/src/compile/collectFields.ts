import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { type ConditionValues, isDeferred, isIncluded } from './conditions.js';

/** What one variant of an operation is read against. */
export interface SelectionContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly conditions: ConditionValues;
  /** Leaves out what `@defer` sends later. */
  readonly withoutDeferred: boolean;
}

/**
 * The fields that these selection sets have for values of one runtime type, by response name in the order of the response (GraphQL 6.3.2,
 * CollectFields); a field selected several times has all its nodes, whose selections are merged. The runtime type is an interface where
 * nothing narrower is known.
 */
export function collectFields(
  selectionSets: readonly SelectionSetNode[],
  runtimeType: GraphQLCompositeType,
  context: SelectionContext,
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const spread = new Set<string>();

  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (!isIncluded(selection, context.conditions)) continue;
      if (selection.kind === Kind.FIELD) {
        const name = responseName(selection);
        const nodes = fields.get(name);
        if (nodes) nodes.push(selection);
        else fields.set(name, [selection]);
        continue;
      }
      if (context.withoutDeferred && isDeferred(selection, context.conditions)) continue;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(selection.typeCondition?.name.value, runtimeType, context.schema)) collect(selection.selectionSet);
        continue;
      }
      const name = selection.name.value;
      const fragment = context.fragments.get(name);
      if (!fragment || spread.has(name)) continue;
      spread.add(name);
      if (applies(fragment.typeCondition.name.value, runtimeType, context.schema)) collect(fragment.selectionSet);
    }
  };
  for (const set of selectionSets) collect(set);
  return fields;
}

export function responseName({ alias, name }: FieldNode): string {
  return alias?.value ?? name.value;
}

function applies(condition: string | undefined, runtimeType: GraphQLCompositeType, schema: GraphQLSchema): boolean {
  if (condition === undefined || condition === runtimeType.name) return true;
  const type = schema.getType(condition);
  return (
    isCompositeType(type) &&
    isAbstractType(type) &&
    (isObjectType(runtimeType) || isInterfaceType(runtimeType)) &&
    schema.isSubType(type, runtimeType)
  );
}
