import {
  type GraphQLInputType,
  type GraphQLScalarType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { scalarSchema } from './scalarSchemas.js';

/** Why a text is no value of a type: a sentence that follows the parameter's name. */
export class Unreadable {
  constructor(readonly reason: string) {}
}

/** Makes a value of a text in a path or a query string. */
export type ReadText = (text: string) => unknown | Unreadable;

/** How texts are read as values of a type. */
export interface TextReader {
  readonly list: boolean;
  /** Of a list: one of its items. */
  readonly read: ReadText;
}

const INTEGER = /^-?(0|[1-9]\d*)$/;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const LARGEST_INT = 2 ** 31 - 1;
const SMALLEST_INT = -(2 ** 31);

/** How texts are read as values of this type; undefined for what has no text of its own: input objects, lists of lists, JSON. */
export function textReader(type: GraphQLInputType): TextReader | undefined {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (!isListType(inner)) {
    const read = readOne(inner);
    return read && { list: false, read };
  }
  const item = isNonNullType(inner.ofType) ? inner.ofType.ofType : inner.ofType;
  const read = isListType(item) ? undefined : readOne(item);
  return read && { list: true, read };
}

function readOne(type: GraphQLInputType): ReadText | undefined {
  if (isInputObjectType(type) || isListType(type) || isNonNullType(type)) return undefined;
  if (isEnumType(type)) {
    const names = type.getValues().map(({ name }) => name);
    const known = new Set(names);
    return (text) => (known.has(text) ? text : new Unreadable(`has to be one of ${names.join(', ')}`));
  }
  return readScalar(type);
}

function readScalar({ name }: GraphQLScalarType): ReadText | undefined {
  if (name === 'Int') return readInt;
  const { type } = scalarSchema(name);
  switch (type) {
    case 'integer':
      return readInteger;
    case 'number':
      return readNumber;
    case 'boolean':
      return readBoolean;
    case 'object':
      return undefined;
  }
  return name === 'JSON' ? undefined : (text) => text;
}

const readInt: ReadText = (text) => {
  const value = INTEGER.test(text) ? Number(text) : Number.NaN;
  if (value >= SMALLEST_INT && value <= LARGEST_INT) return value;
  return new Unreadable(`has to be a whole number from ${SMALLEST_INT} to ${LARGEST_INT}`);
};

const readInteger: ReadText = (text) => {
  const value = INTEGER.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : new Unreadable('has to be a whole number');
};

const readNumber: ReadText = (text) => {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : new Unreadable('has to be a number');
};

const readBoolean: ReadText = (text) =>
  text === 'true' ? true : text === 'false' ? false : new Unreadable('has to be true or false');
