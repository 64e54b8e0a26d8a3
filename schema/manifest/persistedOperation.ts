import { createHash } from 'node:crypto';
import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, parse, print, Source } from 'graphql';

export const operationTypes = ['query', 'mutation', 'subscription'] as const;
export type OperationType = (typeof operationTypes)[number];

/** An operation that a client may call by its id: one form, whatever tool wrote the manifest that it comes from. */
export interface PersistedOperation {
  /** What the client sends. Mostly the SHA-256 of the body in hex, but Relay's default is MD5 and GraphQL Code Generator's SHA-1; never computed anew for what is read. */
  readonly id: string;
  /** The document as text: one operation and the fragments that it uses. */
  readonly body: string;
  readonly name: string;
  readonly type: OperationType;
  /** Where it is served as REST as well. */
  readonly route?: Route | undefined;
}

export const routeMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** How an operation is called as REST. Path and query parameters and the members of the body are the variables of the same names. */
export interface Route {
  readonly method: (typeof routeMethods)[number];
  /** Such as `/leads/:id`, below the gateway's prefix. */
  readonly path: string;
  /** The status of a success; 200 unless given. */
  readonly status?: number | undefined;
  /** What the documentation says about it, in a line. */
  readonly summary?: string | undefined;
  /** An example for the documentation: variables, and the answer without the GraphQL around it. */
  readonly example?: { readonly variables?: unknown; readonly response?: unknown } | undefined;
}

/** A manifest, or a file that one is made of, is not what it should be; the message says which one, where, and what is wrong. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** The id of an operation whose manifest is made here: the SHA-256 of its body, in hex. */
export function operationId(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/**
 * The body of a document as @apollo/generate-persisted-query-manifest writes it, and Apollo Client's `generatePersistedQueryIdsAtRuntime` hashes it: operations before
 * fragments, each by name, printed by graphql-js.
 */
export function printBody(document: DocumentNode): string {
  const definitions = [...document.definitions].sort((one, other) =>
    one.kind === other.kind ? compare(nameOf(one), nameOf(other)) : compare(other.kind, one.kind),
  );
  return print({ ...document, definitions });
}

/** Parses a document. Throws `ManifestError` with the place of what does not parse; `name` is the file's or whatever else tells the reader where the text stands. */
export function parseDocument(text: string, name: string): DocumentNode {
  try {
    return parse(new Source(text, name));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [place] = error.locations ?? [];
    throw new ManifestError(`${place ? `${name}:${place.line}:${place.column}` : name}: ${error.message}`);
  }
}

/** The one operation of a document. Throws `ManifestError` when there is none, when there are several, and when it has no name. */
export function onlyOperation(document: DocumentNode, where: string): OperationDefinitionNode & { name: object } {
  const [operation, ...others] = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new ManifestError(`${where}: there is no operation in the document.`);
  if (others.length > 0) throw new ManifestError(`${where}: a document has one operation, this one has several.`);
  const { name } = operation;
  if (!name)
    throw new ManifestError(`${where}: the ${operation.operation} has no name; persisted operations need one.`);
  return { ...operation, name };
}

function nameOf(definition: DocumentNode['definitions'][number]): string {
  return 'name' in definition ? (definition.name?.value ?? '') : '';
}

/** By code units, as Apollo's tools sort, not by the language of the machine. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
