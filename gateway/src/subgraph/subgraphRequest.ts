/** A GraphQL request to a subgraph, in parts: those who want some of the same entities can tell by them. */
export interface SubgraphRequest {
  /** The constant beginning of the body as JSON: everything up to the variables. */
  readonly head: string;
  /** Entities that are asked for, each once, as JSON; undefined for a fetch from the root. */
  readonly representations: readonly string[] | undefined;
  /** The other variables: JSON members, each with a comma before it. */
  readonly variables: string;
  readonly mutation: boolean;
  /** SHA-256 of the client's operation, in hex. */
  readonly operationHash: string;
  /** All that is asked for is the same for everybody of the same kind and scopes: the subgraph is not told who it is. */
  readonly isPublic?: boolean;
  /** The time of the cache's clock before it was sent: it is not joined by those who have seen a later one. */
  readonly clock?: string;
  /** It joins nothing in flight, and nobody joins it. */
  readonly alone?: boolean;
}

/** The whole body as JSON. */
export function bodyOf({ head, representations, variables }: SubgraphRequest): string {
  const members = representations ? `,"representations":[${representations.join(',')}]${variables}` : variables;
  return members === '' ? `${head}}` : `${head},"variables":{${members.slice(1)}}}`;
}
