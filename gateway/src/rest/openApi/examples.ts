import {
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  type SelectionSetNode,
} from 'graphql';
import { scalarSchema } from '../scalarSchemas.js';
import { objectTypesOf, type SelectionWorld, selectedFields } from './selectionShape.js';

const byFormat: Readonly<Record<string, unknown>> = {
  'date-time': '2026-01-31T12:00:00.000Z',
  date: '2026-01-31',
  uuid: '01890a5d-ac96-774b-bcce-b302099a8057',
  email: 'someone@example.com',
  uri: 'https://example.com/',
};
const byType: Readonly<Record<string, unknown>> = {
  integer: 1,
  number: 1.5,
  boolean: true,
  string: 'text',
  object: {},
};

/** A value that a client could send for a type: of an input object what has to be there. */
export function inputExample(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return inputExample(type.ofType);
  if (isListType(type)) return [inputExample(type.ofType)];
  if (!isInputObjectType(type)) return leafExample(type);
  const fields = Object.values(type.getFields());
  const needed = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
  const given = type.isOneOf ? fields.slice(0, 1) : needed;
  return Object.fromEntries(given.map((field) => [field.name, inputExample(field.type)]));
}

/** A value that an operation could answer for a type. */
export function outputExample(
  type: GraphQLOutputType,
  selectionSets: readonly SelectionSetNode[],
  world: SelectionWorld,
): unknown {
  if (isNonNullType(type)) return outputExample(type.ofType, selectionSets, world);
  if (isListType(type)) return [outputExample(type.ofType, selectionSets, world)];
  if (isLeafType(type)) return leafExample(type);
  const [first] = objectTypesOf(type, world.schema);
  return first ? objectExample(first, selectionSets, world) : null;
}

/** An object of this type. */
export function objectExample(
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  world: SelectionWorld,
): Record<string, unknown> {
  const entries = [...selectedFields(type, selectionSets, world)].map(([key, { name, selectionSets: inner }]) => {
    if (name === '__typename') return [key, type.name] as const;
    const field = type.getFields()[name];
    return [key, field ? outputExample(field.type, inner, world) : null] as const;
  });
  return Object.fromEntries(entries);
}

function leafExample(type: Parameters<typeof isLeafType>[0] & { readonly name: string }): unknown {
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (type.name === 'ID') return 'id-1';
  const { format, type: json, minimum } = scalarSchema(type.name);
  if (typeof format === 'string' && Object.hasOwn(byFormat, format)) return byFormat[format];
  if (typeof json === 'string' && Object.hasOwn(byType, json))
    return json === 'integer' && minimum === 0 ? 0 : byType[json];
  return 'text';
}
