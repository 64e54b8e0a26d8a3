import { parse } from 'secure-json-parse';
import { RequestRefused } from '../errors/requestRefused.js';

/** What a client sent, in form but not yet in meaning. */
export interface GraphQLParams {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Record<string, unknown>;
  /** Whether `extensions.plan` of the response is asked for. */
  readonly explain: boolean;
}

/** Objects and lists inside each other in variables and extensions; deeper ones exhaust the stack of whatever walks them later. */
const DEEPEST_JSON = 64;

/**
 * Reads the parsed body of a POST: one operation, or a list of at most `mostInBatch`. Throws `RequestRefused`: BAD_REQUEST, BATCHING_NOT_SUPPORTED, BATCH_TOO_LARGE, BODY_TOO_DEEP,
 * PERSISTED_QUERY_NOT_SUPPORTED.
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
    operationName: query.operationName === '' ? undefined : query.operationName,
    variables: parseParam('variables', query.variables),
    extensions: parseParam('extensions', query.extensions),
  });
}

function readParams({ query, operationName, variables, extensions }: Record<string, unknown>): GraphQLParams {
  if (!isOptionalObject(extensions)) throw bad('"extensions" has to be an object.');
  if (!isOptionalObject(variables)) throw bad('"variables" has to be an object.');
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw bad('"operationName" has to be a string.');
  }
  if ((query === undefined || query === null) && extensions?.persistedQuery) {
    // The words that Apollo's clients look for before they send the whole text.
    throw new RequestRefused('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
  }
  if (typeof query !== 'string' || query.trim() === '') throw bad('Give the operation as a string in "query".');
  if (isDeeperThan(DEEPEST_JSON, variables) || isDeeperThan(DEEPEST_JSON, extensions)) {
    throw new RequestRefused(
      'BODY_TOO_DEEP',
      `The request nests JSON deeper than ${DEEPEST_JSON} levels. Send a flatter value.`,
    );
  }
  return {
    query,
    operationName: operationName ?? undefined,
    variables: variables ?? {},
    explain: extensions?.plan === true,
  };
}

function parseParam(name: string, value: unknown): unknown {
  if (value === undefined || value === '') return undefined;
  try {
    return parse(String(value));
  } catch {
    throw bad(`"${name}" in the query string has to be JSON that names no prototype.`);
  }
}

/** Looks level by level, without recursion. */
function isDeeperThan(limit: number, value: unknown): boolean {
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
