import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  type SelectionSetNode,
} from 'graphql';
import type { OperationRequest } from './outcome.js';
import { tidyOperation } from './tidyOperation.js';
import { withoutConditions } from './withoutConditions.js';

/** The operation with its root fields written out of fragments, each once, in the order in which they are to be executed; without conditions. */
export function withoutRootFragments(request: OperationRequest, schema: GraphQLSchema): OperationRequest {
  const { query, variables } = withoutConditions(schema, request);
  const document = parse(query);
  const definitions = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? {
          ...definition,
          selectionSet: {
            ...definition.selectionSet,
            selections: [...rootFields(definition.selectionSet, document).values()],
          },
        }
      : definition,
  );
  return { query: print(tidyOperation({ ...document, definitions }).document), variables };
}

function rootFields(
  { selections }: SelectionSetNode,
  document: DocumentNode,
  into = new Map<string, FieldNode>(),
): Map<string, FieldNode> {
  for (const selection of selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) rootFields(selection.selectionSet, document, into);
    else if (selection.kind === Kind.FIELD) {
      const name = (selection.alias ?? selection.name).value;
      const known = into.get(name);
      into.set(name, known ? merged(known, selection) : selection);
    } else {
      for (const definition of document.definitions) {
        if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value)
          rootFields(definition.selectionSet, document, into);
      }
    }
  }
  return into;
}

function merged(one: FieldNode, other: FieldNode): FieldNode {
  if (!one.selectionSet || !other.selectionSet) return one;
  const selections = [...one.selectionSet.selections, ...other.selectionSet.selections];
  return { ...one, selectionSet: { ...one.selectionSet, selections } };
}
