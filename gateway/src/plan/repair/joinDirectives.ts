import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
} from 'graphql';

/** A type of a supergraph's SDL that has fields. */
export type Definition = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/** Whether a definition is one of a type that has fields. */
export function isDefinition(definition: DocumentNode['definitions'][number]): definition is Definition {
  return definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

/** The `@requires` of a type's fields, each with its subgraph as `join__Graph` has it. */
export function requirementsOf({ fields = [] }: Definition): { field: string; graph: string; selection: string }[] {
  return fields.flatMap(({ name, directives = [] }) =>
    directives.flatMap((directive) => {
      const [graph, selection] = [argumentOf(directive, 'graph'), argumentOf(directive, 'requires')];
      if (directive.name.value !== 'join__field' || graph?.kind !== Kind.ENUM || selection?.kind !== Kind.STRING)
        return [];
      return [{ field: name.value, graph: graph.value, selection: selection.value }];
    }),
  );
}

/** Whether the directive says that a subgraph of these has the field from elsewhere. */
export function isExternal(directive: ConstDirectiveNode, isOf: (graph: string) => boolean): boolean {
  const [graph, external] = [argumentOf(directive, 'graph'), argumentOf(directive, 'external')];
  if (directive.name.value !== 'join__field' || external?.kind !== Kind.BOOLEAN || !external.value) return false;
  return graph?.kind === Kind.ENUM && isOf(graph.value);
}

/** Whether an interface of the type has the field in a subgraph. */
export function isOfInterface(
  { interfaces = [] }: Definition,
  field: string,
  graph: string,
  definitionOf: ReadonlyMap<string, Definition>,
): boolean {
  return interfaces.some(({ name }) => {
    const found = definitionOf.get(name.value)?.fields?.find((each) => each.name.value === field);
    const joins = found?.directives?.filter((each) => each.name.value === 'join__field') ?? [];
    const graphs = joins.map((each) => argumentOf(each, 'graph'));
    return found && (joins.length === 0 || graphs.some((each) => each?.kind === Kind.ENUM && each.value === graph));
  });
}

/** The value of a directive's argument. */
export function argumentOf(directive: ConstDirectiveNode, name: string): ConstValueNode | undefined {
  return directive.arguments?.find((each) => each.name.value === name)?.value;
}

/** The names of the subgraphs by the values of `join__Graph`. */
export function serviceNames(document: DocumentNode): Map<string, string> {
  const names = new Map<string, string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const { name, directives = [] } of definition.values ?? []) {
      const given = directives.map((each) => argumentOf(each, 'name')).find((each) => each?.kind === Kind.STRING);
      if (given?.kind === Kind.STRING) names.set(name.value, given.value);
    }
  }
  return names;
}
