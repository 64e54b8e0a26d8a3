import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isInterfaceType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import {
  argumentOf,
  type Definition,
  isDefinition,
  isExternal,
  isOfInterface,
  requirementsOf,
  serviceNames,
} from './joinDirectives.ts';
import { type StandIn, StandInNames } from './standIns.ts';

/** How the requirements of a supergraph were separated. */
export interface SeparatedRequirements {
  /** The fields that were made up for it. */
  readonly standIns: ReadonlyMap<string, StandIn>;
  /** By subgraph and `Type.field`: the paths of the made-up fields in what the field requires, as field names with dots. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
}

/**
 * Gives each way in which requirements (`@requires`) ask for a field a field of its own, without arguments: where `price(currency: USD)` and `price(currency: EUR)` are required,
 * `price__required_0` and `price__required_1`, of the same subgraphs as `price`. Apollo's planner takes both for the same field, fetches one of them, and sends it as the other.
 * Only fields that are required in several ways are separated. The plan is to be given the real fields again: see `restoreRequirements`.
 */
export function separateRequirements(document: DocumentNode): SeparatedRequirements & { document: DocumentNode } {
  const unchanged = { document, standIns: new Map(), needs: new Map() };
  const types = document.definitions.filter(isDefinition);
  const all = types.flatMap((type) => requirementsOf(type).map((each) => ({ type: type.name.value, ...each })));
  if (!all.some(({ selection }) => selection.includes('('))) return unchanged;

  const schema = buildASTSchema(document, { assumeValid: true });
  const names = new StandInNames(document);
  for (const { type, selection } of all) eachField(type, selection, schema, (field) => names.add(field));
  names.keepSeveral();
  if (names.standIns.size === 0) return unchanged;

  const uses = new Uses();
  const rewrite = (type: string, selection: string, graph: string): SelectionSetNode =>
    eachField(type, selection, schema, (field, parent) => {
      const standIn = names.of(field);
      if (standIn === undefined) return undefined;
      for (const each of withImplementations(parent, schema)) uses.add(each, standIn, graph);
      return { ...field, name: { kind: Kind.NAME, value: standIn }, arguments: [] };
    });

  const definitionOf = new Map(types.map((type) => [type.name.value, type]));
  const services = serviceNames(document);
  const needs = new Map<string, string[]>();
  const rewritten = new Map<string, string>();
  for (const { type, field, graph, selection } of all) {
    const selectionSet = rewrite(type, selection, graph);
    rewritten.set(`${type} ${selection}`, stripIgnoredCharacters(print(selectionSet)).slice(1, -1));
    const paths = pathsTo(selectionSet, names.standIns);
    if (paths.length > 0) needs.set(`${services.get(graph)} ${type}.${field}`, paths);
  }

  const withStandIns = (type: Definition): Definition => {
    const name = type.name.value;
    const standIns = [...uses.of(name)].map(([standIn, graphs]) => ({
      name: standIn,
      graphs,
      real: names.standIns.get(standIn)?.name,
    }));
    const fields = (type.fields ?? []).flatMap((field): FieldDefinitionNode[] => {
      const own = field.name.value;
      const directives = field.directives?.map((each) => withRequirement(each, name, rewritten)) ?? [];
      const others = standIns.filter(({ real }) => real === own);
      // An external field that nothing in its subgraph uses any more would not be accepted.
      const isUnused = (graph: string) =>
        others.some(({ graphs }) => graphs.has(graph)) && !isOfInterface(type, own, graph, definitionOf);
      const real = { ...field, directives: directives.filter((each) => !isExternal(each, isUnused)) };
      const made = others.map((other): FieldDefinitionNode => {
        const joins = directives.filter((each) => each.name.value === 'join__field');
        const used = joins.filter((each) => !isExternal(each, (graph) => !other.graphs.has(graph)));
        const { description: _, ...rest } = field;
        return { ...rest, name: { kind: Kind.NAME, value: other.name }, arguments: [], directives: used };
      });
      return [real, ...made];
    });
    return { ...type, fields };
  };
  const definitions = document.definitions.map((each) => (isDefinition(each) ? withStandIns(each) : each));
  return { document: { ...document, definitions }, standIns: names.standIns, needs };
}

/** For each type the stand-ins that are required of it, each with the subgraphs (of `join__Graph`) that require it. */
class Uses {
  private readonly types = new Map<string, Map<string, Set<string>>>();

  add(type: string, standIn: string, graph: string): void {
    const uses = this.types.get(type) ?? new Map<string, Set<string>>();
    this.types.set(type, uses.set(standIn, (uses.get(standIn) ?? new Set()).add(graph)));
  }

  of(type: string): ReadonlyMap<string, ReadonlySet<string>> {
    return this.types.get(type) ?? new Map();
  }
}

/** Visits the fields of a selection that take arguments, the inner ones first; what the visitor returns takes a field's place. Others are never asked for in several ways, and may be keys. */
function eachField(
  type: string,
  selection: string,
  schema: GraphQLSchema,
  visitor: (field: FieldNode, parent: string) => FieldNode | undefined,
): SelectionSetNode {
  const document = parse(`fragment Required on ${type} { ${selection} }`, { noLocation: true });
  const info = new TypeInfo(schema);
  const changed = visit(
    document,
    visitWithTypeInfo(info, {
      Field: {
        leave(field) {
          const parent = info.getParentType();
          return parent && info.getFieldDef()?.args.length ? visitor(field, parent.name) : undefined;
        },
      },
    }),
  );
  return (changed.definitions[0] as FragmentDefinitionNode).selectionSet;
}

function withImplementations(name: string, schema: GraphQLSchema): string[] {
  const type = schema.getType(name);
  if (!isInterfaceType(type)) return [name];
  const { objects, interfaces } = schema.getImplementations(type);
  return [name, ...objects.map((each) => each.name), ...interfaces.map((each) => each.name)];
}

function pathsTo({ selections }: SelectionSetNode, names: ReadonlyMap<string, unknown>, above = ''): string[] {
  return selections.flatMap((each) => {
    if (each.kind === Kind.FRAGMENT_SPREAD) return [];
    if (each.kind === Kind.INLINE_FRAGMENT) return pathsTo(each.selectionSet, names, above);
    const path = above + each.name.value;
    const below = each.selectionSet ? pathsTo(each.selectionSet, names, `${path}.`) : [];
    return names.has(each.name.value) ? [path, ...below] : below;
  });
}

function withRequirement(
  directive: ConstDirectiveNode,
  type: string,
  rewritten: ReadonlyMap<string, string>,
): ConstDirectiveNode {
  const requires = directive.name.value === 'join__field' ? argumentOf(directive, 'requires') : undefined;
  const selection = requires?.kind === Kind.STRING ? rewritten.get(`${type} ${requires.value}`) : undefined;
  if (selection === undefined) return directive;
  const given = (directive.arguments ?? []).map((each) =>
    each.name.value === 'requires' ? { ...each, value: { kind: Kind.STRING as const, value: selection } } : each,
  );
  return { ...directive, arguments: given };
}
