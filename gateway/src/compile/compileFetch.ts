import type { FetchNode } from '@apollo/query-planner';
import type { EntityCache } from '../cache/entityCache.js';
import type { Subgraph } from '../subgraph/subgraph.js';
import type { CacheFacts } from './cacheFacts.js';
import { type ContextReader, compileContext } from './compileContext.js';
import { compileRepresentations, type RepresentationsWriter } from './compileRepresentations.js';
import type { EventSource } from './eventSources.js';
import { type FetchCaching, readFetchCaching } from './fetchCaching.js';
import { type FetchDocument, readFetchDocument } from './fetchDocument.js';
import { type FetchRoute, rootRoute } from './fetchRoute.js';
import { type PathStep, placeOf } from './responsePath.js';
import type { KeyTree } from './settleSharing.js';
import type { Subtypes } from './supergraphFacts.js';

/** What is known of the whole plan when one of its fetches is compiled. */
export interface PlanContext {
  readonly subtypes: Subtypes;
  /** Interfaces that some subgraph treats as an object: their names say nothing about an entity's type. */
  readonly interfaceObjects: ReadonlySet<string>;
  readonly subgraphs: ReadonlyMap<string, Subgraph>;
  /** By subscription field. */
  readonly eventSources: ReadonlyMap<string, EventSource>;
  /** Keeps what subgraphs answer, as the supergraph says; undefined where nothing is kept. */
  readonly cache?: EntityCache | undefined;
  readonly cacheFacts?: CacheFacts | undefined;
  readonly operationHash: string;
  /** The response names that the operation selects at a place (see `placeOf`). */
  readonly selectedAt: (place: string) => ReadonlySet<string>;
  /** The client's response names, where the operation was planned with others. */
  readonly clientNames: ReadonlyMap<string, string>;
  /** All the fetches of the plan, in the order of reading. */
  readonly fetches: CompiledFetch[];
}

/** A fetch node made ready to run. */
export interface CompiledFetch {
  readonly id: number;
  readonly node: FetchNode;
  readonly subgraph: Subgraph;
  readonly path: readonly PathStep[];
  /** The response names of the path: see `placeOf`. */
  readonly place: string;
  readonly document: FetchDocument;
  readonly plan: PlanContext;
  /** How its answers may be kept. */
  readonly caching: FetchCaching | undefined;
  /** The constant beginning of the request's body: everything up to the variables. */
  readonly head: string;
  readonly represent: RepresentationsWriter | undefined;
  readonly context: ContextReader | undefined;
  /** The plan has the same fetch in several places: sent once for the same body. */
  repeated: boolean;
  /** Keys whose values must not be shared by the objects that they are merged into, since another fetch merges into them as well. */
  copied: ReadonlySet<string> | 'all' | undefined;
  route: FetchRoute;
  /** Keys of what the fetch brings below which other fetches change something. */
  changed: KeyTree;
}

/** Reads a fetch node; what depends on the other fetches of the plan is set once all are read. */
export function readFetch(planned: FetchNode, path: readonly PathStep[], plan: PlanContext): CompiledFetch {
  const subgraph = plan.subgraphs.get(planned.serviceName);
  if (!subgraph) throw new Error(`the plan names the subgraph "${planned.serviceName}", which is not there`);
  const caching = plan.cache && plan.cacheFacts && readFetchCaching(planned, path.length === 0, plan.cacheFacts);
  const node = caching ? { ...planned, operation: caching.operation } : planned;
  const document = readFetchDocument(node, path, plan.subtypes);
  const name = document.operationName ? `,"operationName":${JSON.stringify(document.operationName)}` : '';
  const fetch: CompiledFetch = {
    id: plan.fetches.length,
    node,
    subgraph,
    path,
    place: placeOf(path),
    document,
    plan,
    caching,
    head: `{"query":${JSON.stringify(document.text)}${name}`,
    represent: node.requires && compileRepresentations(node.requires, node.inputRewrites ?? [], plan.subtypes),
    context: compileContext(node.contextRewrites ?? [], path, plan.subtypes),
    repeated: false,
    copied: undefined,
    route: rootRoute,
    changed: new Map(),
  };
  plan.fetches.push(fetch);
  return fetch;
}
