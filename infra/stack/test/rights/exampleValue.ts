import {
  type GraphQLField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

/** By scalar: a value that it takes. Ids are of nothing that there is. */
const scalars: Readonly<Record<string, unknown>> = {
  ID: '0199aaaa-0000-7000-8000-0000000000ff',
  String: 'x',
  Int: 1,
  Float: 1,
  Boolean: false,
  SafeInt: 1,
  DateTimeISO: '2026-11-01T10:00:00.000Z',
  LocalDate: '1990-04-12',
};

/** The least value that a type takes: required fields only. */
export function exampleValue(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return exampleValue(type.ofType);
  if (isListType(type)) return [exampleValue(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return Object.fromEntries(required.map((field) => [field.name, exampleValue(field.type)]));
  }
  if (!Object.hasOwn(scalars, type.name)) throw new Error(`exampleValue.ts has no value for the scalar ${type.name}`);
  return scalars[type.name];
}

/** The least operation that asks for a root field, with its variables. */
export function exampleOperation(operation: string, field: GraphQLField<unknown, unknown>) {
  const required = field.args.filter(isRequiredArgument);
  const declared = required.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const given = required.map(({ name }) => `${name}: $${name}`).join(', ');
  return {
    query: `${operation}${declared && ` (${declared})`} { ${field.name}${given && `(${given})`} { __typename } }`,
    variables: Object.fromEntries(required.map(({ name, type }) => [name, exampleValue(type)])),
  };
}
