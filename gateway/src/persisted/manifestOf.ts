import type { GraphQLParams } from '../http/graphqlParams.js';
import type { Identity } from '../identity/identity.js';
import type { Supergraph } from '../supergraph/supergraph.js';

/** The client in whose manifest an operation stands that was asked for by its id alone. */
export function manifestOf(
  { query, persisted }: Pick<GraphQLParams, 'query' | 'persisted'>,
  identity: Identity,
  supergraph: Pick<Supergraph, 'persisted'> | undefined,
): string | undefined {
  if (query !== '' || !persisted) return undefined;
  return supergraph?.persisted.entryOf(identity, persisted.id)?.client;
}
