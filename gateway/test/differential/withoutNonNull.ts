import { buildASTSchema, type GraphQLSchema, Kind, parse, printSchema, type TypeNode, visit } from 'graphql';

/** The schema with every field and list item nullable. Executed, it tells of every failure: none makes null what is around it. */
export function withoutNonNull(schema: GraphQLSchema): GraphQLSchema {
  return buildASTSchema(
    visit(parse(printSchema(schema)), {
      FieldDefinition: (field) => ({ ...field, type: nullable(field.type) }),
    }),
  );
}

function nullable(type: TypeNode): TypeNode {
  if (type.kind === Kind.NON_NULL_TYPE) return nullable(type.type);
  return type.kind === Kind.LIST_TYPE ? { ...type, type: nullable(type.type) } : type;
}
