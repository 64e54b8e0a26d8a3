/** What the process in which ApolloGateway loads a supergraph says, once. */
export type SupergraphReply =
  | { readonly kind: 'loaded' /** What ApolloGateway hands over to be planned over. */; readonly sdl: string }
  | { readonly kind: 'not-loaded'; readonly reason: string };

/** What the planner's thread is started with. */
export interface PlannerInput {
  readonly supergraphSdl: string;
  /** Apollo's limit on the plans that are compared for one operation: past it the best one so far is taken. */
  readonly maxEvaluatedPlans: number;
  /** Apollo's limit on the ways to one field: past it planning fails. */
  readonly pathsLimit: number;
}

/** What the rest of the gateway needs to know of a supergraph. */
export interface LoadedSupergraph {
  /** The schema that clients see. */
  readonly apiSdl: string;
  readonly subgraphs: readonly { readonly name: string; readonly url: string | undefined }[];
  /** Abstract type → the names of its objects and interfaces, hidden ones included. */
  readonly subtypes: Readonly<Record<string, readonly string[]>>;
  /** Interfaces that some subgraph treats as an object. */
  readonly interfaceObjects: readonly string[];
  /** The selections of all keys, requirements and context arguments. */
  readonly internalSelections: readonly string[];
  /** Names that required fields are fetched under, to be told apart → their own names: see `separateRequirements`. */
  readonly standIns?: Readonly<Record<string, string>>;
}

export interface PlannerRequest {
  readonly id: number;
  readonly text: string;
  readonly operationName: string | undefined;
}

export type PlannerReply =
  | { readonly kind: 'loaded'; readonly supergraph: LoadedSupergraph }
  | { readonly kind: 'not-loaded'; readonly reason: string }
  /** The plan's root node as JSON; `null` where nothing has to be fetched. */
  | { readonly kind: 'planned'; readonly id: number; readonly plan: string }
  | { readonly kind: 'not-planned'; readonly id: number; readonly reason: string };
