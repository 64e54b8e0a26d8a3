import type { GraphClient } from './graphClient.ts';

interface Connection<T> {
  readonly edges: readonly { readonly node: T }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/**
 * Every entry of a list, page by page. The operation takes `$first` and `$after` and selects `edges { node }` and
 * `pageInfo { hasNextPage endCursor }` of the one connection named `field`.
 */
export async function allPages<T>(
  client: GraphClient,
  operation: string,
  field: string,
  variables: Record<string, unknown> = {},
): Promise<T[]> {
  const nodes: T[] = [];
  let after: string | null = null;
  do {
    const data: Record<string, Connection<T>> = await client.request(operation, { ...variables, first: 100, after });
    const connection = data[field];
    if (!connection) throw new Error(`the answer has no "${field}"`);
    nodes.push(...connection.edges.map(({ node }) => node));
    after = connection.pageInfo.hasNextPage ? connection.pageInfo.endCursor : null;
  } while (after !== null);
  return nodes;
}
