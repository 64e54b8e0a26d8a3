import { Supergraph } from '@apollo/federation-internals';
import { type DirectiveNode, type DocumentNode, type GraphQLSchema, Kind, parse, print } from 'graphql';

/** What clients see of a supergraph, and which subgraphs it is served by. */
export interface ApiSchema {
  readonly schema: GraphQLSchema;
  /** The names of the subgraphs that have a type (`Lead`), a field (`Lead.score`) or an enum's value, by its coordinate, what is hidden from clients included. */
  readonly subgraphsOf: ReadonlyMap<string, readonly string[]>;
  /** What a caller needs for a type or a field, as the directives that say so, by its coordinate. */
  readonly rightsOf: ReadonlyMap<string, string>;
}

/** The directives of the Federation specification by which the gateway decides who may see what. */
const RIGHTS = ['authenticated', 'requiresScopes', 'policy'];

/** Reads a supergraph's SDL. Throws when it is none. */
export function apiSchemaOf(supergraphSdl: string): ApiSchema {
  const document = parse(supergraphSdl);
  // Whether every feature is supported is the gateway's question; composition has validated the rest.
  const supergraph = Supergraph.build(document, { supportedFeatures: null, validateSupergraph: false });
  const schema = supergraph.apiSchema().toGraphQLJSSchema({ includeDefer: true });
  return { schema, subgraphsOf: subgraphsOf(document), rightsOf: rightsOf(document) };
}

/** By the directives of the join specification: a field without `@join__field` is in all subgraphs of its type. */
function subgraphsOf(document: DocumentNode): Map<string, readonly string[]> {
  const names = subgraphNames(document);
  const found = new Map<string, readonly string[]>();
  const graphsIn = (directives: readonly DirectiveNode[] | undefined, name: string) => [
    ...new Set(
      (directives ?? [])
        .filter((directive) => directive.name.value === name && !isTrue(directive, 'external'))
        .flatMap((directive) => names.get(argument(directive, 'graph') ?? '') ?? []),
    ),
  ];
  for (const definition of document.definitions) {
    if (!('name' in definition) || !definition.name || definition.name.value.includes('__')) continue;
    const owners = graphsIn(definition.directives, 'join__type');
    if (owners.length === 0) continue;
    const type = definition.name.value;
    found.set(type, owners);
    const members = 'fields' in definition ? definition.fields : 'values' in definition ? definition.values : [];
    for (const { name, directives, kind } of members ?? []) {
      const own = graphsIn(directives, kind === Kind.ENUM_VALUE_DEFINITION ? 'join__enumValue' : 'join__field');
      found.set(`${type}.${name.value}`, own.length > 0 ? own : owners);
    }
  }
  return found;
}

function rightsOf(document: DocumentNode): Map<string, string> {
  const found = new Map<string, string>();
  const add = (coordinate: string, directives: readonly DirectiveNode[] | undefined) => {
    const rights = (directives ?? []).filter(({ name }) => RIGHTS.includes(name.value)).map(print);
    if (rights.length > 0) found.set(coordinate, rights.sort().join(' '));
  };
  for (const definition of document.definitions) {
    if (!('name' in definition) || !definition.name || !('directives' in definition)) continue;
    add(definition.name.value, definition.directives);
    for (const field of ('fields' in definition && definition.fields) || []) {
      add(`${definition.name.value}.${field.name.value}`, field.directives);
    }
  }
  return found;
}

/** The subgraphs' names by the values of `join__Graph`. */
function subgraphNames({ definitions }: DocumentNode): Map<string, string> {
  const graphs = definitions.find(
    (each) => each.kind === Kind.ENUM_TYPE_DEFINITION && each.name.value === 'join__Graph',
  );
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) return new Map();
  return new Map(
    (graphs.values ?? []).map(({ name, directives }) => {
      const graph = directives?.find((directive) => directive.name.value === 'join__graph');
      return [name.value, (graph && argument(graph, 'name')) ?? name.value];
    }),
  );
}

function argument(directive: DirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((each) => each.name.value === name)?.value;
  return value && 'value' in value && typeof value.value === 'string' ? value.value : undefined;
}

function isTrue(directive: DirectiveNode, name: string): boolean {
  const value = directive.arguments?.find((each) => each.name.value === name)?.value;
  return value?.kind === Kind.BOOLEAN && value.value;
}
