import { z } from 'zod';
import { describeIssues } from './describeIssues.ts';
import {
  ManifestError,
  operationTypes,
  type PersistedOperation,
  type Route,
  routeMethods,
} from './persistedOperation.ts';

const FORMAT = 'apollo-persisted-query-manifest';

/** Ours: Apollo's tools pass over it. */
export const RouteShape = z.strictObject({
  method: z.enum(routeMethods),
  path: z.string().regex(/^(\/(:[A-Za-z_]\w*|[\w.~-]+))+$/, 'give a path such as /things/:id'),
  status: z.number().int().min(200).max(299).optional(),
  summary: z.string().min(1).optional(),
  example: z.strictObject({ variables: z.unknown(), response: z.unknown() }).partial().optional(),
}) satisfies z.ZodType<Route>;

/** HTTP statuses for codes of errors of the graph: of errors only, and such as can be sent. */
export const StatusesShape = z.record(z.string(), z.number().int().min(400).max(599));

/** An operation as it stands in a manifest of Apollo's, with our route beside it. */
export const OperationShape = z.object({
  id: z.string().min(1),
  body: z.string().min(1),
  name: z.string().min(1),
  type: z.enum(operationTypes),
  route: RouteShape.optional(),
});

/** Apollo's persisted query manifest format, version 1. What else stands in it, such as an operation's `clientName`, is nothing to us. */
const ApolloManifest = z.object({
  format: z.literal(FORMAT),
  version: z.literal(1),
  operations: z.array(OperationShape),
});

/** Reads Apollo's persisted query manifest, from its JSON. Throws `ManifestError` when it is not one, and when two operations have the same id and different bodies. */
export function readApolloManifest(json: unknown, where = 'the manifest'): PersistedOperation[] {
  const { success, data, error } = ApolloManifest.safeParse(json);
  if (!success) {
    throw new ManifestError(`${where} is no persisted query manifest of Apollo's format 1: ${describeIssues(error)}`);
  }
  return withoutRepetitions(data.operations, where);
}

/** Writes operations in Apollo's persisted query manifest format, version 1, in the order given; a route, which that format does not have, stands beside the rest. */
export function writeApolloManifest(operations: readonly PersistedOperation[]): string {
  const entries = operations.map(({ id, body, name, type, route }) => ({ id, body, name, type, route }));
  return `${JSON.stringify({ format: FORMAT, version: 1, operations: entries }, null, 2)}\n`;
}

/** Each operation once. Throws `ManifestError` when an id stands for two bodies: which of them runs would be chance. */
export function withoutRepetitions<T extends PersistedOperation>(operations: readonly T[], where: string): T[] {
  const byId = new Map<string, T>();
  for (const operation of operations) {
    const earlier = byId.get(operation.id);
    if (earlier && earlier.body !== operation.body) {
      throw new ManifestError(
        `${where}: the id ${operation.id} stands for two operations (${earlier.name} and ${operation.name}).`,
      );
    }
    byId.set(operation.id, operation);
  }
  return [...byId.values()];
}
