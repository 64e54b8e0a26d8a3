import type { GraphQLFormattedError } from 'graphql';
import type { Json } from '../compile/jsonOutput.js';
import type { RestOperation } from './restOperation.js';

/** What becomes of a GraphQL response as REST. */
export type RestAnswer =
  | { readonly kind: 'body'; readonly json: Json }
  | { readonly kind: 'missing' }
  | { readonly kind: 'errors'; readonly errors: readonly GraphQLFormattedError[]; readonly data: unknown };

interface Parsed {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/**
 * Takes a response apart: the value of the operation's only root field, or all of `data`. `plain`: it is known to have neither errors nor extensions, so its value is cut out of it as it is.
 */
export function restAnswer(operation: RestOperation, json: Json, plain: boolean): RestAnswer {
  const { onlyField, nullIsMissing } = operation;
  const cut = plain ? cutOut(json, onlyField) : undefined;
  if (cut !== undefined) return nullIsMissing && isNull(cut) ? { kind: 'missing' } : { kind: 'body', json: cut };
  const { data, errors } = JSON.parse(String(json)) as Parsed;
  const value = onlyField === undefined || data === null ? data : data[onlyField];
  if (errors && errors.length > 0) return { kind: 'errors', errors, data: value };
  if (nullIsMissing && value === null) return { kind: 'missing' };
  return { kind: 'body', json: JSON.stringify(value ?? null) };
}

/** The value between what stands around it in every response; undefined when something else does. */
function cutOut(json: Json, onlyField: string | undefined): Json | undefined {
  const before = onlyField === undefined ? '{"data":' : `{"data":{"${onlyField}":`;
  const after = onlyField === undefined ? '}' : '}}';
  if (typeof json === 'string') {
    if (!json.startsWith(before) || !json.endsWith(after)) return undefined;
    return json.slice(before.length, -after.length);
  }
  const end = json.length - after.length;
  if (json.toString('latin1', 0, before.length) !== before || json.toString('latin1', end) !== after) return undefined;
  return json.subarray(before.length, end);
}

function isNull(json: Json): boolean {
  return json.length === 4 && String(json) === 'null';
}
