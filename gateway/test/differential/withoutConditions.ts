import {
  type ASTNode,
  type DirectiveNode,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getVariableValues,
  Kind,
  parse,
  print,
  visit,
} from 'graphql';
import type { OperationRequest } from './outcome.js';
import { tidyOperation } from './tidyOperation.js';

/** The operation with its `@skip` and `@include` carried out: it asks for the same, and for `__typename` where nothing is left. */
export function withoutConditions(schema: GraphQLSchema, { query, variables }: OperationRequest): OperationRequest {
  const document = parse(query);
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const { coerced = {} } = getVariableValues(schema, operation?.variableDefinitions ?? [], variables);
  const isLeftOut = (node: { readonly directives?: readonly DirectiveNode[] }) =>
    getDirectiveValues(GraphQLSkipDirective, node, coerced)?.if === true ||
    getDirectiveValues(GraphQLIncludeDirective, node, coerced)?.if === false;
  const carriedOut = visit(document, {
    enter: (node: ASTNode) =>
      (node.kind === Kind.FIELD || node.kind === Kind.INLINE_FRAGMENT || node.kind === Kind.FRAGMENT_SPREAD) &&
      isLeftOut(node)
        ? null
        : undefined,
    leave: (node: ASTNode) => (node.kind === Kind.DIRECTIVE ? null : undefined),
  });
  const tidy = tidyOperation(carriedOut);
  return {
    query: print(tidy.document),
    variables: Object.fromEntries(Object.entries(variables).filter(([name]) => tidy.variables.has(name))),
  };
}
