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
import type { Cut } from '../rights/cutOperation.js';
import { type ConditionValues, isDeferred, isIncluded } from './conditions.js';

/** What one variant of an operation is read against. */
export interface SelectionContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly conditions: ConditionValues;
  /** Leaves out what `@defer` sends later. */
  readonly withoutDeferred: boolean;
  /** What the caller may not have of the operation. */
  readonly cut?: Cut | undefined;
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
  if (context.cut) settleCut(fields, context.cut);
  return fields;
}

/**
 * A response name that is cut where it is selected of an interface and is not where it is selected of an object: a leaf is there, but of an object there would be only some of the fields that
 * the client has selected of it.
 */
function settleCut(fields: Map<string, FieldNode[]>, cut: Cut): void {
  for (const own of [...fields.keys()]) {
    const field = cut.fields.get(own);
    if (field && fields.has(field.name)) fields.delete(field.composite ? field.name : own);
  }
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
