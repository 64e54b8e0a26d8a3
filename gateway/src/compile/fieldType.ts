import { type GraphQLCompositeType, type GraphQLOutputType, isUnionType } from 'graphql';

/** The type of a field of a composite type; undefined for the meta fields (GraphQL 4.1) and for what is not there. */
export function fieldType(type: GraphQLCompositeType, field: string): GraphQLOutputType | undefined {
  return isUnionType(type) ? undefined : type.getFields()[field]?.type;
}

/** Whether the gateway itself answers this field, from the schema. */
export function isIntrospectionField(field: string): boolean {
  return field === '__schema' || field === '__type';
}
