import { parse } from 'secure-json-parse';
import { RequestRefused } from '../errors/requestRefused.js';

/** What a client sent, in form but not yet in meaning. */
export interface GraphQLParams {
  /** '' where the operation is named by an id alone. */
  readonly query: string;
  /** The id or hash that names the operation, or that the text in `query` is to be registered under. */
  readonly persisted: PersistedId | undefined;
  readonly operationName: string | undefined;
  readonly variables: Record<string, unknown>;
  /** Whether `extensions.plan` of the response is asked for. */
  readonly explain: boolean;
}

/** How an operation is named without its text: by `documentId`, or Relay's `doc_id`, or by the hash in `extensions.persistedQuery`. */
export interface PersistedId {
  readonly id: string;
  readonly by: 'documentId' | 'hash';
}

const LONGEST_ID = 256;
const SHA256_ID = /^sha256:([0-9a-f]{64})$/;

/** Objects and lists inside each other in variables and extensions; deeper ones exhaust the stack of whatever walks them later. */
const DEEPEST_JSON = 64;

/**
 * Reads the parsed body of a POST: one operation, or a list of at most `mostInBatch`. Throws `RequestRefused`: BAD_REQUEST, BATCHING_NOT_SUPPORTED, BATCH_TOO_LARGE, BODY_TOO_DEEP.
 */
export function paramsFromBody(body: unknown, mostInBatch: number): GraphQLParams | GraphQLParams[] {
  if (Array.isArray(body)) return batchFromBody(body, mostInBatch);
  if (!isObject(body))
    throw bad('The body has to be a JSON object of the form {"query", "variables", "operationName"}.');
  return readParams(body);
}

function batchFromBody(body: readonly unknown[], most: number): GraphQLParams[] {
  if (most === 0) {
    throw new RequestRefused(
      'BATCHING_NOT_SUPPORTED',
      'Send one operation a request; lists of operations are not served.',
    );
  }
  if (body.length > most)
    throw new RequestRefused('BATCH_TOO_LARGE', `The list has ${body.length} operations. Send at most ${most}.`);
  if (body.length === 0 || !body.every(isObject)) {
    throw bad('The list has to hold JSON objects of the form {"query", "variables", "operationName"}.');
  }
  return body.map(readParams);
}

/** Reads the query string of a GET, where `variables` and `extensions` are JSON texts. Throws as `paramsFromBody` does. */
export function paramsFromQuery(query: Record<string, unknown>): GraphQLParams {
  return readParams({
    query: query.query,
    documentId: query.documentId,
    doc_id: query.doc_id,
    operationName: query.operationName === '' ? undefined : query.operationName,
    variables: parseParam('variables', query.variables),
    extensions: parseParam('extensions', query.extensions),
  });
}

function readParams(params: Record<string, unknown>): GraphQLParams {
  const { operationName, variables, extensions } = params;
  if (!isOptionalObject(extensions)) throw bad('"extensions" has to be an object.');
  if (!isOptionalObject(variables)) throw bad('"variables" has to be an object.');
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw bad('"operationName" has to be a string.');
  }
  const { query, persisted } = readName(params, extensions?.persistedQuery);
  if (isDeeperThan(DEEPEST_JSON, variables) || isDeeperThan(DEEPEST_JSON, extensions)) {
    throw new RequestRefused(
      'BODY_TOO_DEEP',
      `The request nests JSON deeper than ${DEEPEST_JSON} levels. Send a flatter value.`,
    );
  }
  return {
    query,
    persisted,
    operationName: operationName ?? undefined,
    variables: variables ?? {},
    explain: extensions?.plan === true,
  };
}

/** Which operation is meant: there is exactly one way in which a request says so. */
function readName(params: Record<string, unknown>, hashed: unknown): Pick<GraphQLParams, 'query' | 'persisted'> {
  const { query: given, documentId, doc_id: relayId } = params;
  if (documentId === undefined && relayId === undefined && !hashed) {
    if (typeof given !== 'string' || given.trim() === '')
      throw bad('Give the operation as a string in "query", or its id in "documentId".');
    return { query: given, persisted: undefined };
  }
  if (given !== undefined && given !== null && typeof given !== 'string') throw bad('"query" has to be a string.');
  // Clients of protocols that want a text send an empty one.
  const query = given?.trim() ? given : '';
  const id = documentId ?? relayId ?? undefined;
  const ways = [documentId, relayId].filter((each) => each !== undefined && each !== null).length;
  if (ways + (hashed ? 1 : 0) > 1 || (ways > 0 && query !== ''))
    throw bad('Name the operation in one way only: by "query", "documentId", "doc_id" or "extensions.persistedQuery".');
  if (hashed) return { query, persisted: { id: readHash(hashed), by: 'hash' } };
  if (id === undefined) {
    if (query === '') throw bad('Give the operation as a string in "query", or its id in "documentId".');
    return { query, persisted: undefined };
  }
  const name = documentId === undefined || documentId === null ? 'doc_id' : 'documentId';
  return { query, persisted: { id: readId(name, id), by: 'documentId' } };
}

/** GraphQL over HTTP, appendix A: `sha256:` and 64 hexadecimal digits, or an id of the client's own. */
function readId(name: string, id: unknown): string {
  if (typeof id !== 'string' || id === '' || id.length > LONGEST_ID)
    throw bad(`"${name}" has to be a string of 1 to ${LONGEST_ID} characters.`);
  if (!id.startsWith('sha256:')) return id;
  const hash = SHA256_ID.exec(id)?.[1];
  if (hash === undefined) throw bad(`After "sha256:" in "${name}" come 64 hexadecimal digits, in lower case.`);
  return hash;
}

function readHash(hashed: unknown): string {
  const { version, sha256Hash } = isObject(hashed) ? hashed : {};
  if (version !== 1) throw bad('"extensions.persistedQuery" has to be of the form {"version": 1, "sha256Hash"}.');
  return readId('extensions.persistedQuery.sha256Hash', sha256Hash);
}

function parseParam(name: string, value: unknown): unknown {
  if (value === undefined || value === '') return undefined;
  try {
    return parse(String(value));
  } catch {
    throw bad(`"${name}" in the query string has to be JSON that names no prototype.`);
  }
}

/** Whether JSON is nested deeper than that many levels. Looks level by level, without recursion. */
export function isDeeperThan(limit: number, value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((each) =>
      typeof each === 'object' && each !== null
        ? Object.values(each).filter((inner) => typeof inner === 'object' && inner !== null)
        : [],
    );
  }
  return false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOptionalObject(value: unknown): value is Record<string, unknown> | undefined | null {
  return value === undefined || value === null || isObject(value);
}

function bad(message: string): RequestRefused {
  return new RequestRefused('BAD_REQUEST', message);
}
