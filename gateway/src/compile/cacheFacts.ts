import {
  buildASTSchema,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  type TypeDefinitionNode,
} from 'graphql';
import { type CacheHints, readCacheHints } from './cacheHints.js';
import { type PublicFields, readPublicFields } from './publicFields.js';

/** What a supergraph says of what may be kept of its subgraphs' answers. */
export interface CacheFacts {
  /** All of the supergraph, what clients do not see included. */
  readonly schema: GraphQLSchema;
  readonly hints: CacheHints;
  readonly publicFields: PublicFields;
  /** The field by whose value messages name an entity of a type, where the subgraph knows the type by it: the first key of the type that is a single leaf. */
  keyField(subgraph: string, type: string): string | undefined;
  /** Whether a subgraph knows objects of a type as entities, by whatever key. */
  isEntity(subgraph: string, type: string): boolean;
  /** The types that a value of an abstract type may be of in a subgraph. Undefined where it is not known: a subgraph takes the interface for an object. */
  possibleTypes(subgraph: string, type: string): readonly string[] | undefined;
}

interface TypeJoin {
  readonly keys: readonly string[];
  readonly isInterfaceObject: boolean;
}

/** Reads the SDL of a supergraph; undefined where it says nothing of caching. */
export function readCacheFacts(sdl: string): CacheFacts | undefined {
  const hints = readCacheHints(sdl);
  if (hints.size === 0) return undefined;
  const document = parse(sdl, { noLocation: true });
  const names = subgraphNames(document);
  /** Of each type by subgraph. */
  const joins = new Map<string, Map<string, TypeJoin>>();
  /** Of each abstract type by subgraph: what it may be. */
  const possible = new Map<string, Map<string, string[]>>();
  const note = (abstract: string, graph: string | undefined, type: string) => {
    const subgraph = names.get(graph ?? '');
    if (subgraph === undefined) return;
    const bySubgraph = possible.get(abstract) ?? new Map<string, string[]>();
    possible.set(abstract, bySubgraph);
    bySubgraph.set(subgraph, [...(bySubgraph.get(subgraph) ?? []), type]);
  };
  for (const definition of document.definitions) {
    if (!isTypeDefinition(definition)) continue;
    const name = definition.name.value;
    const bySubgraph = new Map<string, TypeJoin>();
    joins.set(name, bySubgraph);
    for (const given of directivesOf(definition, 'join__type')) {
      const subgraph = names.get(String(given.graph));
      if (subgraph === undefined) continue;
      const before = bySubgraph.get(subgraph);
      bySubgraph.set(subgraph, {
        keys: [...(before?.keys ?? []), ...(typeof given.key === 'string' ? [given.key.trim()] : [])],
        isInterfaceObject: before?.isInterfaceObject || given.isInterfaceObject === true,
      });
    }
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION)
      for (const { graph, interface: implemented } of directivesOf(definition, 'join__implements'))
        note(String(implemented), String(graph), name);
    for (const { graph, member } of directivesOf(definition, 'join__unionMember'))
      note(name, String(graph), String(member));
  }
  const canonical = new Map<string, string | undefined>();
  for (const [type, bySubgraph] of joins)
    canonical.set(
      type,
      [...bySubgraph.values()].flatMap(({ keys }) => keys).find((key) => /^\w+$/.test(key)),
    );

  return {
    schema: buildASTSchema(document, { assumeValid: true, assumeValidSDL: true }),
    hints,
    publicFields: readPublicFields(sdl),
    keyField(subgraph, type) {
      const key = canonical.get(type);
      const join = joins.get(type)?.get(subgraph);
      return key !== undefined && join && !join.isInterfaceObject && join.keys.includes(key) ? key : undefined;
    },
    isEntity: (subgraph, type) => (joins.get(type)?.get(subgraph)?.keys.length ?? 0) > 0,
    possibleTypes(subgraph, type) {
      if (joins.get(type)?.get(subgraph)?.isInterfaceObject) return undefined;
      return possible.get(type)?.get(subgraph) ?? [];
    },
  };
}

/** The names of the subgraphs by what the supergraph calls them. */
function subgraphNames(document: DocumentNode): Map<string, string> {
  const names = new Map<string, string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const value of definition.values ?? [])
      for (const { name } of directivesOf(value, 'join__graph')) names.set(value.name.value, String(name));
  }
  return names;
}

function isTypeDefinition(definition: DocumentNode['definitions'][number]): definition is TypeDefinitionNode {
  return definition.kind.endsWith('TypeDefinition');
}

function directivesOf(
  { directives }: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  name: string,
): Record<string, unknown>[] {
  return (directives ?? [])
    .filter((each) => each.name.value === name)
    .map((each) =>
      Object.fromEntries((each.arguments ?? []).map((given) => [given.name.value, constantOf(given.value)])),
    );
}

function constantOf(node: ConstValueNode): unknown {
  return 'value' in node ? node.value : undefined;
}
