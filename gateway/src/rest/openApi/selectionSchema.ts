import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
  type SelectionSetNode,
} from 'graphql';
import type { JsonSchema } from '../scalarSchemas.js';
import { type Components, described, nullable } from './components.js';
import { objectTypesOf, type SelectionWorld, selectedFields } from './selectionShape.js';

/** The schema of what an operation answers for a value of a type: exactly what is selected of it. */
export function selectionSchema(
  type: GraphQLOutputType,
  selectionSets: readonly SelectionSetNode[],
  world: SelectionWorld,
  components: Components,
): JsonSchema {
  if (isNonNullType(type)) return notNull(type.ofType);
  return nullable(notNull(type));

  function notNull(of: GraphQLOutputType): JsonSchema {
    if (isNonNullType(of)) return notNull(of.ofType);
    if (isListType(of)) {
      return { type: 'array', items: selectionSchema(of.ofType, selectionSets, world, components) };
    }
    if (isLeafType(of)) return components.ofLeaf(of);
    const schemas = objectTypesOf(of, world.schema).map((each) => objectSchema(each, selectionSets, world, components));
    return either(schemas);
  }
}

/** The schema of an object of this type. */
export function objectSchema(
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  world: SelectionWorld,
  components: Components,
): JsonSchema {
  const properties: [string, JsonSchema][] = [];
  const required: string[] = [];
  for (const [key, { name, selectionSets: inner, optional }] of selectedFields(type, selectionSets, world)) {
    if (!optional) required.push(key);
    if (name === '__typename') {
      properties.push([key, { const: type.name }]);
      continue;
    }
    const field = type.getFields()[name];
    // Of the root: the schema describes itself, in a form that it does not describe.
    if (!field) {
      properties.push([key, {}]);
      continue;
    }
    const schema = selectionSchema(field.type, inner, world, components);
    properties.push([key, { ...schema, ...described(field.description) }]);
  }
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** One of several schemas. Objects that are told apart by their `__typename`, or by what they have, are exactly one of them; others may be more than one. */
function either(schemas: readonly JsonSchema[]): JsonSchema {
  const distinct = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
  const [only] = distinct;
  if (distinct.length <= 1) return only ?? {};
  const marks = new Set(distinct.map(markOf));
  return marks.size === distinct.length && !marks.has(undefined) ? { oneOf: distinct } : { anyOf: distinct };
}

/** What tells an object from others: the value of what is constant in it, else the names of all that it has; undefined where conditions decide about these. */
function markOf({ properties = {}, required = [] }: JsonSchema): string | undefined {
  const entries = Object.entries(properties as Record<string, JsonSchema>);
  const constant = entries.find(([key, schema]) => 'const' in schema && (required as string[]).includes(key));
  if (constant) return JSON.stringify([constant[0], constant[1].const]);
  const names = entries.map(([key]) => key);
  return names.length === (required as string[]).length ? JSON.stringify(names.sort()) : undefined;
}
