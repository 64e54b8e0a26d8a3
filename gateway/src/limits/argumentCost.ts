import {
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isInputObjectType,
  Kind,
  type ValueNode,
} from 'graphql';
import { type CostContext, type CostTerm, sumOf, variableValue } from './costTerm.js';

/** What the arguments that an operation gives to a field cost. */
export function argumentsCost(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  place: string,
  context: CostContext,
): CostTerm {
  if (!node.arguments?.length) return 0;
  return sumOf(
    node.arguments.map(({ name, value }) => {
      const definition = field.args.find((each) => each.name === name.value);
      return definition ? literalCost(value, definition.type, `${place}(${name.value})`, context) : 0;
    }),
  );
}

function literalCost(value: ValueNode, type: GraphQLInputType, place: string, context: CostContext): CostTerm {
  switch (value.kind) {
    case Kind.NULL:
      return 0;
    case Kind.VARIABLE: {
      const { value: name } = value.name;
      if (isFree(type, place, context)) return 0;
      return (variables) => valueCost(variableValue(name, variables, context), type, place, context);
    }
    case Kind.LIST:
      return sumOf([
        weightOf(type, place, context) ?? 0,
        ...value.values.map((item) => literalCost(item, type, place, context)),
      ]);
    case Kind.OBJECT: {
      const named = getNamedType(type);
      const fields = isInputObjectType(named) ? named.getFields() : {};
      return sumOf([
        weightOf(type, place, context) ?? (isInputObjectType(named) ? 1 : 0),
        ...value.fields.map((each) => {
          const field = fields[each.name.value];
          return field ? literalCost(each.value, field.type, `${named.name}.${field.name}`, context) : 0;
        }),
      ]);
    }
    default:
      return weightOf(type, place, context) ?? 0;
  }
}

/** As `literalCost`, of a variable's value. */
function valueCost(value: unknown, type: GraphQLInputType, place: string, context: CostContext): number {
  if (value === null || value === undefined) return 0;
  const weight = weightOf(type, place, context);
  if (Array.isArray(value)) {
    let sum = weight ?? 0;
    for (const item of value) sum += valueCost(item, type, place, context);
    return sum;
  }
  const named = getNamedType(type);
  if (!isInputObjectType(named) || typeof value !== 'object') return weight ?? 0;
  const fields = named.getFields();
  let sum = weight ?? 1;
  for (const [name, inner] of Object.entries(value)) {
    const field = fields[name];
    if (field) sum += valueCost(inner, field.type, `${named.name}.${name}`, context);
  }
  return sum;
}

/** The weight of an argument or input field: its own, else its type's. */
function weightOf(type: GraphQLInputType, place: string, { costs }: CostContext): number | undefined {
  return costs.weights.get(place) ?? costs.weights.get(getNamedType(type).name);
}

/** Whether every value costs nothing, so that none has to be looked at. */
function isFree(type: GraphQLInputType, place: string, context: CostContext): boolean {
  const named = getNamedType(type);
  return !isInputObjectType(named) && (weightOf(type, place, context) ?? 0) === 0;
}
