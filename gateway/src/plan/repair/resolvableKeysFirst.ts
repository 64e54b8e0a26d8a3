import { type DirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

/**
 * The supergraph with the keys of each type in another order: those that a subgraph resolves before those that it does not (`resolvable: false`). When Apollo's planner comes back to a subgraph
 * with what a field there requires, it represents the object by the first of the subgraph's keys that has no external field, and does not ask whether the subgraph resolves it.
 */
export function resolvableKeysFirst(supergraph: DocumentNode): DocumentNode {
  const sorted = <T extends { readonly directives?: readonly DirectiveNode[] }>(type: T): T | undefined => {
    const { directives = [] } = type;
    const last = directives.filter(isUnresolvableKey);
    if (last.length === 0 || last.length === directives.length) return undefined;
    return { ...type, directives: [...directives.filter((each) => !last.includes(each)), ...last] };
  };
  return visit(supergraph, { ObjectTypeDefinition: sorted, InterfaceTypeDefinition: sorted });
}

function isUnresolvableKey({ name, arguments: given }: DirectiveNode): boolean {
  return (
    name.value === 'join__type' &&
    given?.some(({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value) ===
      true
  );
}
