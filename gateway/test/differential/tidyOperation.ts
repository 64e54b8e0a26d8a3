import { type DocumentNode, Kind, type SelectionSetNode, visit } from 'graphql';

export interface TidyOperation {
  readonly document: DocumentNode;
  /** The names of the variables that are left. */
  readonly variables: ReadonlySet<string>;
}

/**
 * An operation from which pieces were taken, made one again: empty selection sets get `__typename`, fragments and variables that nothing uses
 * go, and so do spreads of fragments that are gone.
 */
export function tidyOperation(document: DocumentNode): TidyOperation {
  let current = document;
  for (;;) {
    const before = current;
    const defined = new Set<string>();
    visit(current, { FragmentDefinition: ({ name }) => void defined.add(name.value) });
    current = visit(current, {
      FragmentSpread: ({ name }) => (defined.has(name.value) ? undefined : null),
    });
    current = visit(current, {
      SelectionSet: (set): SelectionSetNode | undefined =>
        set.selections.length === 0
          ? { ...set, selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }] }
          : undefined,
    });
    const spread = reachable(current);
    const variables = new Set<string>();
    visit(current, {
      FragmentDefinition: ({ name }) => (spread.has(name.value) ? undefined : null),
      VariableDefinition: () => false,
      Variable: ({ name }) => void variables.add(name.value),
    });
    current = visit(current, {
      FragmentDefinition: ({ name }) => (spread.has(name.value) ? undefined : null),
      VariableDefinition: ({ variable }) => (variables.has(variable.name.value) ? undefined : null),
    });
    if (current === before) return { document: current, variables };
  }
}

/** The fragments that the operation spreads, by way of others as well. */
function reachable(document: DocumentNode): Set<string> {
  const spreads = new Map<string, string[]>();
  for (const definition of document.definitions) {
    const own: string[] = [];
    visit(definition, { FragmentSpread: ({ name }) => void own.push(name.value) });
    spreads.set(definition.kind === Kind.FRAGMENT_DEFINITION ? definition.name.value : '', own);
  }
  const found = new Set<string>();
  const queue = [...(spreads.get('') ?? [])];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    queue.push(...(spreads.get(name) ?? []));
  }
  return found;
}
