/** A JSON Schema (2020-12), as far as we write it. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const whole = { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };

/** GraphQL's scalars and those that libraries give the same names to everywhere (graphql-scalars, type-graphql). */
const known: Readonly<Record<string, JsonSchema>> = {
  Int: { type: 'integer', format: 'int32', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  Float: { type: 'number' },
  String: { type: 'string' },
  Boolean: { type: 'boolean' },
  ID: { type: 'string' },
  DateTime: { type: 'string', format: 'date-time' },
  DateTimeISO: { type: 'string', format: 'date-time' },
  Timestamp: whole,
  Date: { type: 'string', format: 'date' },
  LocalDate: { type: 'string', format: 'date' },
  Time: { type: 'string' },
  LocalTime: { type: 'string' },
  UUID: { type: 'string', format: 'uuid' },
  EmailAddress: { type: 'string', format: 'email' },
  URL: { type: 'string', format: 'uri' },
  SafeInt: whole,
  NonNegativeInt: { ...whole, minimum: 0 },
  PositiveInt: { ...whole, minimum: 1 },
  NonNegativeFloat: { type: 'number', minimum: 0 },
  PositiveFloat: { type: 'number', exclusiveMinimum: 0 },
  JSONObject: { type: 'object' },
  JSON: {},
};

/** What JSON a scalar is. One that is not known may be anything. */
export function scalarSchema(name: string): JsonSchema {
  return (Object.hasOwn(known, name) && known[name]) || {};
}
