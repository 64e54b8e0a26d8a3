import { type DocumentNode, type FieldNode, Kind, visit } from 'graphql';

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Adds `__typename` at the end of each selection set but the operation's own that has none yet, exactly as Apollo Client does before it sends and hashes a document. */
export function addTypename(document: DocumentNode): DocumentNode {
  return visit(document, {
    SelectionSet: {
      enter(node, _key, parent) {
        if (parent && !Array.isArray(parent) && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION) return;
        if (node.selections.some((each) => each.kind === Kind.FIELD && each.name.value.startsWith('__'))) return;
        return { ...node, selections: [...node.selections, TYPENAME] };
      },
    },
  });
}
