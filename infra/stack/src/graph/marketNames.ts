import { allPages } from './allPages.ts';
import type { GraphClient } from './graphClient.ts';

/** Finds by name what files of leads name: sources and the agencies of a consent. An id is a name of its own. */
export interface MarketNames {
  source(name: string): { readonly id: string; readonly partner: string } | undefined;
  agencyId(name: string): string | undefined;
}

const sourcesOperation = /* GraphQL */ `
  query Sources($first: Int!, $after: String) {
    sources(first: $first, after: $after) { edges { node { id name partner } } pageInfo { hasNextPage endCursor } }
  }
`;
const agenciesOperation = /* GraphQL */ `
  query Agencies($first: Int!, $after: String) {
    agencies(first: $first, after: $after) { edges { node { id legalName } } pageInfo { hasNextPage endCursor } }
  }
`;

/** Reads the names once, as an operator. Where two sources share a name, the oldest has it. */
export async function readMarketNames(operator: GraphClient): Promise<MarketNames> {
  const [sources, agencies] = await Promise.all([
    allPages<{ id: string; name: string; partner: string }>(operator, sourcesOperation, 'sources'),
    allPages<{ id: string; legalName: string }>(operator, agenciesOperation, 'agencies'),
  ]);
  const sourceByName = new Map(
    sources.flatMap((source) => [[source.id, source] as const, [source.name, source] as const]),
  );
  const agencyByName = new Map(agencies.flatMap(({ id, legalName }) => [[id, id] as const, [legalName, id] as const]));
  return { source: (name) => sourceByName.get(name), agencyId: (name) => agencyByName.get(name) };
}
