import { type ASTNode, buildSchema, type FieldNode, type GraphQLSchema, parse, print, visit } from 'graphql';
import { type CostDirectives, readCostDirectives } from '../limits/costDirectives.js';
import type { LoadedSupergraph } from '../plan/plannerProtocol.js';
import { type Rights, rightsOf } from '../rights/rights.js';
import { type CacheHints, readCacheHints } from './cacheHints.js';
import { type EventSource, readEventSources } from './eventSources.js';
import { type PublicFields, readPublicFields } from './publicFields.js';

/** Abstract type → the names of its objects and interfaces, those that clients do not see included. */
export type Subtypes = ReadonlyMap<string, ReadonlySet<string>>;

/** What compiling an operation needs to know of the supergraph. */
export interface SupergraphFacts {
  /** The schema that clients see. */
  readonly apiSchema: GraphQLSchema;
  readonly subtypes: Subtypes;
  /** Interfaces that some subgraph treats as an object (`@interfaceObject`): their names may stand for an object's type. */
  readonly interfaceObjects: ReadonlySet<string>;
  /** The fields of keys and requirements, with the arguments they are asked with there: name → printed arguments. */
  readonly internalFields: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names that required fields are fetched under, to be told apart → their own names. */
  readonly standIns: ReadonlyMap<string, string>;
  /** Where the events of subscription fields come from, by field; those that are not here come from their subgraphs. */
  readonly eventSources: ReadonlyMap<string, EventSource>;
  readonly publicFields: PublicFields;
  /** How long answers may be kept. */
  readonly cacheHints: CacheHints;
  /** What callers need to have some of the types and fields; undefined where nothing is required. */
  readonly rights: Rights | undefined;
  /** What the supergraph says of the costs of its types and fields. */
  readonly costs: CostDirectives;
}

/** Reads what the planner's thread told of the supergraph, and from its own text what the planner has no use for. */
export function readSupergraphFacts(loaded: LoadedSupergraph, sdl = ''): SupergraphFacts {
  return {
    apiSchema: buildSchema(loaded.apiSdl, { assumeValidSDL: true }),
    subtypes: new Map(Object.entries(loaded.subtypes).map(([name, types]) => [name, new Set(types)])),
    interfaceObjects: new Set(loaded.interfaceObjects),
    internalFields: internalFields(loaded.internalSelections),
    standIns: new Map(Object.entries(loaded.standIns ?? {})),
    eventSources: readEventSources(sdl),
    publicFields: readPublicFields(sdl),
    cacheHints: readCacheHints(sdl),
    rights: rightsOf(sdl),
    costs: readCostDirectives(sdl),
  };
}

function internalFields(selections: readonly string[]): Map<string, Set<string>> {
  const fields = new Map<string, Set<string>>();
  for (const selection of selections) {
    visit(parse(`{ ${selection} }`, { noLocation: true }), {
      Field(field) {
        const name = field.name.value;
        fields.set(name, (fields.get(name) ?? new Set()).add(printedArguments(field)));
      },
    });
  }
  return fields;
}

/** The arguments of a field as one text, the same for the same arguments in another order; '' without any. */
export function printedArguments(field: FieldNode): string {
  return (field.arguments ?? [])
    .map((argument) => print(argument))
    .sort()
    .join(', ');
}

/** The names of the variables that a part of a document uses. */
export function variablesIn(node: ASTNode): Set<string> {
  const names = new Set<string>();
  visit(node, {
    Variable({ name }) {
      names.add(name.value);
    },
  });
  return names;
}
