import { type GraphQLSchema, getNamedType, isInputObjectType, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { RestOperation } from '../restOperation.js';

/** What the schema says of the places where an operation uses its variables, by their names. */
export function variableDescriptions(
  { definition, fragments }: Pick<RestOperation, 'definition' | 'fragments'>,
  schema: GraphQLSchema,
): Map<string, string> {
  const found = new Map<string, string>();
  const note = (variable: string, description: string | undefined | null) => {
    if (description && !found.has(variable)) found.set(variable, description);
  };
  const info = new TypeInfo(schema);
  const document = { kind: Kind.DOCUMENT, definitions: [definition, ...fragments.values()] } as const;
  visit(
    document,
    visitWithTypeInfo(info, {
      Argument({ value }) {
        if (value.kind === Kind.VARIABLE) note(value.name.value, info.getArgument()?.description);
      },
      ObjectField({ name, value }) {
        if (value.kind !== Kind.VARIABLE) return;
        const parent = getNamedType(info.getParentInputType());
        if (isInputObjectType(parent)) note(value.name.value, parent.getFields()[name.value]?.description);
      },
    }),
  );
  return found;
}
