import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { PreparedOperation } from '../operation/prepareDocument.js';
import { argumentsCost } from './argumentCost.js';
import type { CostDirectives, ListSize } from './costDirectives.js';
import { type CostContext, type CostTerm, sumOf, timesOf, type Variables, whenOf } from './costTerm.js';
import { sizeFromArguments } from './slicingArguments.js';

/** What one operation is estimated to cost with these variables, which have been checked. Throws `RequestRefused` SLICING_ARGUMENT_REQUIRED. */
export type EstimateCost = (variables: Variables) => number;

export const DEFAULT_LIST_SIZE = 10;
/** What every mutation costs besides its fields: as Apollo's router estimates it. */
const MUTATION = 10;

/**
 * Compiles the estimate of an operation's cost by IBM's GraphQL Cost Directives, with the reading that Apollo's router has of them: objects, interfaces and unions weigh 1 and leaves 0 unless
 * `@cost` of the field, else of its type, says otherwise; a list costs its size times what an item costs; arguments are added once; all fragments are added up, since an upper bound is wanted.
 * Introspection is free: it asks no subgraph. What does not depend on variables is a number from here on.
 */
export function compileCost(
  { definition, document }: Pick<PreparedOperation, 'definition' | 'document'>,
  schema: GraphQLSchema,
  costs: CostDirectives,
  listSize: number,
): EstimateCost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  }
  const defaults = new Map(
    (definition.variableDefinitions ?? []).map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  );
  const context: CostContext = { costs, listSize, defaults };

  /** `sized`: what `@listSize` of the field above says of this level's lists. */
  function selectionCost(set: SelectionSetNode, type: GraphQLNamedType, sized: Sized | undefined): CostTerm {
    return sumOf(
      set.selections.map((each) => {
        if (isNever(each)) return 0;
        return whenOf(each.directives, context, plainCost(each, type, sized));
      }),
    );
  }

  function plainCost(each: SelectionNode, type: GraphQLNamedType, sized: Sized | undefined): CostTerm {
    if (each.kind === Kind.FIELD) return fieldCost(each, type, sized);
    const fragment = each.kind === Kind.INLINE_FRAGMENT ? each : fragments.get(each.name.value);
    if (!fragment) return 0;
    const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
    return selectionCost(fragment.selectionSet, condition ?? type, sized);
  }

  function fieldCost(node: FieldNode, parent: GraphQLNamedType, sized: Sized | undefined): CostTerm {
    const name = node.name.value;
    const field = fieldOf(parent, name);
    if (!field) return 0;
    const place = `${parent.name}.${name}`;
    const own = costs.listSizes.get(place);
    const size = own && sizeFromArguments(own, node, field, context);
    const type = getNamedType(field.type);
    const weight = costs.weights.get(place) ?? costs.weights.get(type.name) ?? (isCompositeType(type) ? 1 : 0);
    const below = own && size !== undefined ? { fields: own.sizedFields, size } : undefined;
    const each = sumOf([weight, node.selectionSet ? selectionCost(node.selectionSet, type, below) : 0]);
    const count = !isList(field) ? 1 : sized?.fields.has(name) ? sized.size : (size ?? listSize);
    return sumOf([timesOf(count, each), argumentsCost(node, field, place, context)]);
  }

  const root = schema.getRootType(definition.operation);
  const base = definition.operation === OperationTypeNode.MUTATION ? MUTATION : 0;
  const total = root ? sumOf([base, selectionCost(definition.selectionSet, root, undefined)]) : base;
  if (typeof total === 'number') {
    const cost = bounded(total);
    return () => cost;
  }
  return (variables) => bounded(total(variables));
}

/** Sizes multiply: what can be counted no longer is the largest number that JSON and stores have. */
function bounded(cost: number): number {
  // Not a number, either.
  return cost < Number.MAX_SAFE_INTEGER ? Math.max(cost, 0) : Number.MAX_SAFE_INTEGER;
}

interface Sized {
  readonly fields: ListSize['sizedFields'];
  readonly size: CostTerm;
}

function fieldOf(parent: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  if (!isObjectType(parent) && !isInterfaceType(parent)) return undefined;
  return parent.getFields()[name];
}

function isList({ type }: GraphQLField<unknown, unknown>): boolean {
  return isListType(getNullableType(type));
}

/** Left out whatever the variables are. */
function isNever({ directives }: SelectionNode): boolean {
  return (directives ?? []).some(({ name, arguments: args }) => {
    const value = args?.find((each) => each.name.value === 'if')?.value;
    if (value?.kind !== Kind.BOOLEAN) return false;
    return name.value === 'skip' ? value.value : name.value === 'include' && !value.value;
  });
}
