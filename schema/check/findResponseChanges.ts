import {
  type ASTNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * What of an operation that both schemas accept changes for the client that was built with the first: answers whose type is another (what was never null may be null, an
 * object's `__typename` is another one) and variables that are refused now (a field of an input type that is gone or has become required, a value of an enum that is not
 * taken any more). Validation sees none of it, since it does not look at the client's types and has no values of variables. An error for each, at the place in the
 * operation.
 */
export function findResponseChanges(
  before: GraphQLSchema,
  after: GraphQLSchema,
  document: DocumentNode,
): GraphQLError[] {
  const found: GraphQLError[] = [];
  const [oldTypes, newTypes] = [new TypeInfo(before), new TypeInfo(after)];
  const add = (node: ASTNode, message: string) => found.push(new GraphQLError(message, { nodes: [node] }));
  visit(
    document,
    visitWithTypeInfo(
      oldTypes,
      visitWithTypeInfo(newTypes, {
        Field(node) {
          const [was, is] = [oldTypes.getType(), newTypes.getType()];
          const coordinate = `${oldTypes.getParentType()?.name}.${node.name.value}`;
          if (node.name.value === '__typename') {
            const [oldParent, newParent] = [oldTypes.getParentType(), newTypes.getParentType()];
            if (isObjectType(oldParent) && newParent && oldParent.name !== newParent.name) {
              add(node, `The type "${oldParent.name}" is called "${newParent.name}" now.`);
            }
          } else if (was && is && !isSafeOutput(was, is)) {
            add(node, `"${coordinate}" changed its type from "${was}" to "${is}".`);
          }
        },
        VariableDefinition({ variable, type }) {
          const [was, is] = [inputType(before, type), inputType(after, type)];
          if (!was || !is) return;
          for (const fault of inputFaults(was, is)) add(variable, `Variable "$${variable.name.value}": ${fault}`);
        },
      }),
    ),
  );
  return found;
}

/** Whether a client that expects the first type can read the second: not less is promised. What is in an object is judged by what is selected in it. */
function isSafeOutput(was: GraphQLOutputType, is: GraphQLOutputType): boolean {
  if (isNonNullType(was)) return isNonNullType(is) && isSafeOutput(was.ofType, is.ofType);
  if (isNonNullType(is)) return isSafeOutput(was, is.ofType);
  if (isListType(was)) return isListType(is) && isSafeOutput(was.ofType, is.ofType);
  if (isListType(is)) return false;
  return was.name === is.name || (isCompositeType(was) && isCompositeType(is)) || (isEnumType(was) && isEnumType(is));
}

function inputType(schema: GraphQLSchema, node: ASTNode): GraphQLInputType | undefined {
  return typeFromAST(schema, node as never) as GraphQLInputType | undefined;
}

/** What a client may send by the first type and the second does not take. */
function inputFaults(was: GraphQLInputType, is: GraphQLInputType, seen = new Set<string>()): string[] {
  const [oldType, newType] = [getNamedType(was), getNamedType(is)];
  const pair = `${oldType.name} ${newType.name}`;
  if (seen.has(pair)) return [];
  seen.add(pair);
  if (isEnumType(oldType) && isEnumType(newType)) {
    const gone = oldType.getValues().filter(({ name }) => !newType.getValue(name));
    return gone.map(({ name }) => `the value "${name}" of "${oldType.name}" is not taken any more.`);
  }
  if (!isInputObjectType(oldType) || !isInputObjectType(newType)) {
    return oldType.name === newType.name ? [] : [`"${oldType.name}" has become "${newType.name}".`];
  }
  const [oldFields, newFields] = [oldType.getFields(), newType.getFields()];
  const required = Object.values(newFields).filter((field) => !oldFields[field.name] && isRequiredInputField(field));
  return [
    ...required.map(({ name }) => `"${newType.name}.${name}" is required now.`),
    ...Object.values(oldFields).flatMap((field) => {
      const now = newFields[field.name];
      const coordinate = `${oldType.name}.${field.name}`;
      if (!now) return [`"${coordinate}" is not taken any more.`];
      if (!isSafeInput(field.type, now.type)) {
        return [`"${coordinate}" changed its type from "${field.type}" to "${now.type}".`];
      }
      return inputFaults(field.type, now.type, seen);
    }),
  ];
}

/** Whether all that the first type takes is taken by the second, what is in an input object aside. */
function isSafeInput(was: GraphQLInputType, is: GraphQLInputType): boolean {
  if (isNonNullType(is)) return isNonNullType(was) ? isSafeInput(was.ofType, is.ofType) : false;
  if (isNonNullType(was)) return isSafeInput(was.ofType, is);
  // One value is taken where a list is expected.
  if (isListType(is)) return isSafeInput(isListType(was) ? was.ofType : was, is.ofType);
  if (isListType(was)) return false;
  return (
    was.name === is.name || (isInputObjectType(was) && isInputObjectType(is)) || (isEnumType(was) && isEnumType(is))
  );
}
