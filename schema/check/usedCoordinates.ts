import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * The coordinates of all that an operation uses of a schema: what it selects, the arguments that it gives, the types that it names, and what its variables may
 * carry (input types with all their fields, every value of an enum). What it may only receive is no use: an enum's value that is answered no more breaks nobody.
 */
export function usedCoordinates(schema: GraphQLSchema, document: DocumentNode): Set<string> {
  const used = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name }) {
        const parent = types.getParentType();
        if (!parent) return;
        for (const { name: type } of [parent, ...possibleTypes(schema, parent)]) {
          used.add(name.value === '__typename' ? type : `${type}.${name.value}`);
        }
      },
      Argument({ name }) {
        const field = types.getFieldDef();
        const parent = types.getParentType();
        if (types.getDirective()) used.add(`@${types.getDirective()?.name}(${name.value}:)`);
        else if (field && parent) used.add(`${parent.name}.${field.name}(${name.value}:)`);
      },
      Directive({ name }) {
        used.add(`@${name.value}`);
      },
      NamedType({ name }) {
        used.add(name.value);
      },
      VariableDefinition({ type }) {
        const input = typeFromAST(schema, type as never) as GraphQLInputType | undefined;
        if (input) addInput(getNamedType(input), used);
      },
      ObjectValue() {
        const type = getNamedType(types.getInputType());
        if (type) used.add(type.name);
      },
      ObjectField({ name }) {
        const type = getNamedType(types.getParentInputType());
        if (type) used.add(`${type.name}.${name.value}`);
      },
      EnumValue({ value }) {
        const type = getNamedType(types.getInputType());
        if (type) used.add(`${type.name}.${value}`);
      },
    }),
  );
  return used;
}

function possibleTypes(schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLNamedType[] {
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}

function addInput(type: GraphQLNamedType, used: Set<string>, seen = new Set<string>()): void {
  if (seen.has(type.name)) return;
  seen.add(type.name);
  used.add(type.name);
  if (isEnumType(type)) for (const { name } of type.getValues()) used.add(`${type.name}.${name}`);
  if (!isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) {
    used.add(`${type.name}.${field.name}`);
    addInput(getNamedType(field.type), used, seen);
  }
}
