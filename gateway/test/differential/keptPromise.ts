import { type GraphQLOutputType, isListType, isNonNullType } from 'graphql';

/** A resolved value as its type promises it: with an error in the place of a null that may not be. */
export function kept(value: unknown, type: GraphQLOutputType): unknown {
  if (isNonNullType(type)) return value === null ? new Error('null where none may be') : kept(value, type.ofType);
  return isListType(type) && Array.isArray(value) ? value.map((item) => kept(item, type.ofType)) : value;
}
