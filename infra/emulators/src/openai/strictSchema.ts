/** The part of JSON Schema that structured outputs know. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Keywords that structured outputs refuse, and `pattern`, which this emulator's generator cannot satisfy. */
const refused = ['allOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas', 'pattern'];

/**
 * Tells what keeps a schema from being used, in the words of the real service, or null. Strict schemas have an object at the
 * root, list every property as required and allow no others
 * (https://platform.openai.com/docs/guides/structured-outputs#supported-schemas).
 */
export function findSchemaFault(root: JsonSchema, strict: boolean): string | null {
  if (root.type !== 'object') return `schema must be a JSON Schema of 'type: "object"', got 'type: "${root.type}"'.`;
  return faultAt(root, root, strict, []);
}

/** What a local `$ref` points at, or undefined. */
export function resolveRef(root: JsonSchema, ref: string): JsonSchema | undefined {
  if (ref === '#') return root;
  const [, holder, name] = /^#\/(\$defs|definitions)\/(.+)$/.exec(ref) ?? [];
  if (!holder || !name) return undefined;
  return root[holder as '$defs' | 'definitions']?.[name];
}

function faultAt(root: JsonSchema, schema: JsonSchema, strict: boolean, path: readonly string[]): string | null {
  const context = `In context=(${path.map((step) => `'${step}'`).join(', ')})`;
  const keyword = refused.find((name) => name in schema);
  if (keyword) return `${context}, '${keyword}' is not permitted.`;
  if (schema.$ref !== undefined && !resolveRef(root, schema.$ref)) {
    return `${context}, reference can only point to definitions defined at the top level of the schema.`;
  }
  const names = Object.keys(schema.properties ?? {});
  if (strict && (schema.type === 'object' || schema.properties)) {
    if (schema.additionalProperties !== false) {
      return `${context}, 'additionalProperties' is required to be supplied and to be false.`;
    }
    const missing = names.find((name) => !schema.required?.includes(name));
    if (missing) {
      return `${context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
    }
  }
  if (schema.type === 'array' && !schema.items) return `${context}, array schema missing items.`;
  const children: [string[], JsonSchema | undefined][] = [
    ...names.map((name): [string[], JsonSchema | undefined] => [['properties', name], schema.properties?.[name]]),
    [['items'], schema.items],
    ...(schema.anyOf ?? []).map((option, index): [string[], JsonSchema] => [['anyOf', String(index)], option]),
    ...Object.entries({ ...schema.$defs, ...schema.definitions }).map(([name, definition]): [string[], JsonSchema] => [
      ['$defs', name],
      definition,
    ]),
  ];
  for (const [steps, child] of children) {
    const fault = child && faultAt(root, child, strict, [...path, ...steps]);
    if (fault) return fault;
  }
  return null;
}
