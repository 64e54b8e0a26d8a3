import type { GraphQLFormattedError } from 'graphql';
import type { ChangedEntity, DisclosedEntity } from '../requestContext.js';
import type { Http1Reply } from './http1/http1Pool.js';

export interface SubgraphResponse {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly changed: readonly ChangedEntity[];
  readonly disclosed?: readonly DisclosedEntity[] | undefined;
}

/** What else a reply may be than a GraphQL response. */
export type UnusableReply = 'refused' | 'unavailable' | 'invalid';

/** Errors of one reply that are looked at, at most. */
const MOST_ERRORS = 1_000;
/** How deeply an error's extensions may be nested: what is deeper is no use to anybody, and cannot be written at all at some depth. */
const MOST_LEVELS = 64;

/** A field of an entity or of what is in it: `contact.email`. */
const FIELD = /^[A-Za-z_][\w.]{0,99}$/;
/** Fields of one entity that are told as disclosed, at most. */
const MOST_FIELDS = 100;

/** Reads a subgraph's reply as a GraphQL response; says why when it is none. */
export function readReply({
  status,
  contentType,
  text,
}: Pick<Http1Reply, 'status' | 'contentType' | 'text'>): SubgraphResponse | UnusableReply {
  if (status === 401 || status === 403) return 'refused';
  const body = isJson(contentType) ? parseObject(text) : undefined;
  if (!body || !isGraphQLResponse(body)) return status >= 500 ? 'unavailable' : 'invalid';
  const { data, errors, extensions } = body;
  return {
    ...(data !== undefined && { data: data as SubgraphResponse['data'] }),
    ...(Array.isArray(errors) && errors.length > 0 && { errors: errors.slice(0, MOST_ERRORS).map(cleanError) }),
    changed: readChanged(extensions),
    disclosed: extensions === undefined ? undefined : readDisclosed(extensions),
  };
}

function isJson(contentType: string): boolean {
  return contentType.startsWith('application/json') || contentType.startsWith('application/graphql-response+json');
}

/** GraphQL 7.1: without data, or with none but null, there has to be an error. */
function isGraphQLResponse({ data, errors }: Record<string, unknown>): boolean {
  if (errors !== undefined && errors !== null && !Array.isArray(errors)) return false;
  return data === null || data === undefined ? Array.isArray(errors) && errors.length > 0 : isObject(data);
}

/** Keeps of a subgraph's error what the specification names. Stack traces, which some servers send in development, stay here. */
function cleanError(error: unknown): GraphQLFormattedError {
  const { message, path, extensions } = isObject(error) ? error : ({} as Record<string, unknown>);
  const { stacktrace: _stacktrace, exception: _exception, ...kept } = isObject(extensions) ? extensions : {};
  return {
    message:
      typeof message === 'string' && message !== '' ? message : 'The subgraph reported an error without a message.',
    ...(Array.isArray(path) && path.every(isPathStep) && { path: path.map(pathStep) }),
    extensions: isNestedDeeper(kept, MOST_LEVELS) ? { code: kept.code } : kept,
  };
}

function isPathStep(step: unknown): step is string | number {
  return typeof step === 'string' || (typeof step === 'number' && Number.isSafeInteger(step) && step >= 0);
}

/** Some servers write list positions as text; a name cannot begin with a digit, so these are numbers. */
function pathStep(step: string | number): string | number {
  return typeof step === 'string' && /^\d+$/.test(step) ? Number(step) : step;
}

function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isNestedDeeper(inner, levels - 1));
}

function readChanged(extensions: unknown): ChangedEntity[] {
  const changed = isObject(extensions) ? extensions.changed : undefined;
  if (!Array.isArray(changed)) return [];
  return changed.filter(
    (each): each is ChangedEntity =>
      isObject(each) &&
      typeof each.__typename === 'string' &&
      typeof each.key === 'string' &&
      typeof each.version === 'number',
  );
}

/** What a subgraph says that it has disclosed; undefined where it is nothing. Names of fields go into records and logs: what is none stays out. */
function readDisclosed(extensions: unknown): DisclosedEntity[] | undefined {
  const disclosed = isObject(extensions) ? extensions.disclosed : undefined;
  if (!Array.isArray(disclosed) || disclosed.length === 0) return undefined;
  return disclosed.flatMap((each) => {
    if (!isObject(each) || typeof each.__typename !== 'string' || typeof each.key !== 'string') return [];
    const { __typename, key, fields } = each;
    const names = Array.isArray(fields) ? fields.filter((field) => typeof field === 'string' && FIELD.test(field)) : [];
    return [{ __typename, key, fields: names.slice(0, MOST_FIELDS) }];
  });
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
