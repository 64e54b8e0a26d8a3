import { createHash } from 'node:crypto';
import { GraphQLNonNull, type GraphQLSchema, isNonNullType, valueFromASTUntyped } from 'graphql';
import { IDEMPOTENCY_HEADER, IDEMPOTENCY_VARIABLE, type InputVariable } from '../readInputs.js';
import type { RestOperation } from '../restOperation.js';
import type { RouteTable } from '../routeTable.js';
import type { JsonSchema } from '../scalarSchemas.js';
import { withoutBody } from '../writeRest.js';
import { Components, described } from './components.js';
import { inputExample, objectExample, outputExample } from './examples.js';
import { problemCodes, problemResponse, problemSchema } from './problemResponses.js';
import { objectSchema, selectionSchema } from './selectionSchema.js';
import { type SelectionWorld, selectedFields } from './selectionShape.js';
import { variableDescriptions } from './variableDescriptions.js';

export interface OpenApiSettings {
  /** The path below which operations are served. */
  readonly prefix: string;
  /** The header that carries a client's key. */
  readonly keyHeader: string;
}

/** An OpenAPI document (3.1), without `servers`. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: JsonSchema;
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;
  readonly components: JsonSchema;
  readonly security: readonly JsonSchema[];
}

const CONVENTIONS = `Made from persisted operations. What is asked for in lists may be given several times (\`?a=1&a=2\`) or with commas (\`?a=1,2\`; a comma within a value is \`%2C\`). Errors are problem documents (RFC 9457); \`code\` is what programs go by.`;

/** Describes the operations of some route tables, for a schema. Of routes that stand in several tables the first is described, as it is the one that is served. */
export function openApiDocument(
  tables: readonly RouteTable[],
  schema: GraphQLSchema,
  { prefix, keyHeader }: OpenApiSettings,
): OpenApiDocument {
  const components = new Components();
  const paths: Record<string, Record<string, JsonSchema>> = {};
  const names = new Set<string>();
  const operations = tables.flatMap((table) => table.operations);
  for (const operation of operations) {
    const { method, path } = operation.route;
    const at = path.replace(/:(\w+)/g, '{$1}');
    paths[at] ??= {};
    const verb = method.toLowerCase();
    if (paths[at][verb]) continue;
    const operationId = names.has(operation.name) ? `${operation.client}_${operation.name}` : operation.name;
    names.add(operationId);
    paths[at][verb] = { operationId, ...describe(operation, schema, components, prefix) };
  }
  const clients = [...new Set(tables.map(({ client }) => client))];
  return {
    openapi: '3.1.0',
    info: {
      title: clients.length > 0 ? `Operations of ${clients.join(', ')}` : 'Operations',
      version: versionOf(operations),
      description: CONVENTIONS,
    },
    paths,
    components: {
      schemas: { ...components.schemas, Problem: problemSchema },
      responses: components.responses,
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: keyHeader },
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
    security: [{ key: [] }, { token: [] }],
  };
}

function versionOf(operations: readonly RestOperation[]): string {
  const hash = createHash('sha256');
  for (const { id, route, statuses } of operations) hash.update(JSON.stringify([id, route, statuses]));
  return hash.digest('hex').slice(0, 12);
}

function describe(operation: RestOperation, schema: GraphQLSchema, components: Components, prefix: string): JsonSchema {
  const { route, definition } = operation;
  const root = schema.getRootType(definition.operation);
  const [field] = definition.selectionSet.selections;
  const description =
    operation.onlyField !== undefined && field && 'alias' in field && root?.getFields()[field.name.value]?.description;
  const about = variableDescriptions(operation, schema);
  const parameters = parametersOf(operation, components, about);
  const body = bodyOf(operation, components, about);
  return {
    ...(route.summary !== undefined && { summary: route.summary }),
    ...described(description),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: body }),
    responses: responsesOf(operation, schema, components, prefix),
  };
}

function responsesOf(
  operation: RestOperation,
  schema: GraphQLSchema,
  components: Components,
  prefix: string,
): Record<string, JsonSchema> {
  const { route } = operation;
  const { status = 200 } = route;
  const problems = [...problemCodes(operation)].map(([status, codes]) => [
    String(status),
    components.response(`Problem${status}`, problemResponse(status, codes, prefix)),
  ]);
  const tag = { ETag: { description: 'For If-None-Match.', schema: { type: 'string' } } };
  return {
    [String(status)]: {
      description: 'Done.',
      ...(!withoutBody.has(status) && {
        ...(route.method === 'GET' && { headers: tag }),
        content: { 'application/json': answerOf(operation, schema, components) },
      }),
    },
    ...(route.method === 'GET' && { '304': { description: 'The same as the one that If-None-Match names.' } }),
    ...Object.fromEntries(problems),
  };
}

/** Schema and example of a success. */
function answerOf(operation: RestOperation, schema: GraphQLSchema, components: Components): JsonSchema {
  const { definition, fragments, onlyField, nullIsMissing, route } = operation;
  const world: SelectionWorld = { schema, fragments };
  const root = schema.getRootType(definition.operation);
  if (!root) return {};
  const sets = [definition.selectionSet];
  const given = route.example?.response;
  if (onlyField === undefined) {
    return { schema: objectSchema(root, sets, world, components), example: given ?? objectExample(root, sets, world) };
  }
  const field = selectedFields(root, sets, world).get(onlyField);
  const type = field && root.getFields()[field.name]?.type;
  if (!field || !type) return {};
  // Null is a problem of its own there.
  const answered = nullIsMissing && !isNonNullType(type) ? new GraphQLNonNull(type) : type;
  return {
    schema: selectionSchema(answered, field.selectionSets, world, components),
    example: given ?? outputExample(answered, field.selectionSets, world),
  };
}

/** The parameters of path, query string and header. Where there is a body, what is no parameter of the path is described there. */
function parametersOf(
  { variables, definition, hasBody, route }: RestOperation,
  components: Components,
  about: ReadonlyMap<string, string>,
): JsonSchema[] {
  const examples = exampleVariables(route.example?.variables);
  return variables.flatMap((variable): JsonSchema[] => {
    const { name, type, required, inPath, text } = variable;
    const description = described(about.get(name));
    const given = Object.hasOwn(examples, name) ? examples[name] : undefined;
    if (name === IDEMPOTENCY_VARIABLE && !inPath) {
      const schema = { type: 'string', minLength: 1, maxLength: 255 };
      const example = given ?? 'a-key-of-your-own';
      return [{ name: IDEMPOTENCY_HEADER, in: 'header', required, ...description, schema, example }];
    }
    if (inPath) {
      const example = given ?? inputExample(type);
      return [{ name, in: 'path', required: true, ...description, schema: components.ofInputNotNull(type), example }];
    }
    if (hasBody || !text) return [];
    const schema = { ...components.ofInputNotNull(type), ...defaultOf(variable, definition) };
    const example = given ?? (required ? inputExample(type) : undefined);
    return [
      {
        name,
        in: 'query',
        ...(required && { required }),
        ...description,
        ...(text.list && { style: 'form', explode: true }),
        schema,
        ...(example !== undefined && { example }),
      },
    ];
  });
}

function bodyOf(
  { variables, definition, hasBody, route }: RestOperation,
  components: Components,
  about: ReadonlyMap<string, string>,
): JsonSchema | undefined {
  const members = variables.filter(({ name, inPath }) => !inPath && name !== IDEMPOTENCY_VARIABLE);
  if (!hasBody || members.length === 0) return undefined;
  const needed = members.filter(({ required }) => required);
  const properties = members.map((variable) => {
    const { name, type } = variable;
    const schema = { ...components.ofInput(type), ...described(about.get(name)), ...defaultOf(variable, definition) };
    return [name, schema] as const;
  });
  const schema: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(needed.length > 0 && { required: needed.map(({ name }) => name) }),
    additionalProperties: false,
  };
  const given = exampleVariables(route.example?.variables);
  const named = members.filter(({ name }) => Object.hasOwn(given, name));
  const example =
    named.length > 0
      ? Object.fromEntries(named.map(({ name }) => [name, given[name]]))
      : Object.fromEntries(needed.map(({ name, type }) => [name, inputExample(type)]));
  return { required: needed.length > 0, content: { 'application/json': { schema, example } } };
}

function defaultOf({ name }: InputVariable, definition: RestOperation['definition']): { default?: unknown } {
  const found = definition.variableDefinitions?.find(({ variable }) => variable.name.value === name)?.defaultValue;
  return found ? { default: valueFromASTUntyped(found) } : {};
}

function exampleVariables(given: unknown): Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
}
