import { fingerprint, pick, share } from './seededRandom.js';
import { type JsonSchema, resolveRef } from './strictSchema.js';

/** Below this depth recursive schemas are closed: null, an empty list or the last option is taken where it is allowed. */
const MAX_DEPTH = 8;

/**
 * Makes a value that keeps the schema, always the same one for the same seed. `wanted` is what a persona would like to
 * answer: each part of it that fits is used, the rest is made up.
 */
export function answerFromSchema(root: JsonSchema, seed: string, wanted?: unknown): unknown {
  return answer({ root, seed }, root, [], wanted);
}

interface Context {
  readonly root: JsonSchema;
  readonly seed: string;
}

function answer(context: Context, schema: JsonSchema, path: readonly string[], wanted: unknown): unknown {
  const key = path.join('/');
  if (schema.$ref !== undefined) {
    return answer(context, resolveRef(context.root, schema.$ref) ?? {}, [...path, '$'], wanted);
  }
  if ('const' in schema) return schema.const;
  if (schema.enum) {
    if (schema.enum.includes(wanted)) return wanted;
    return schema.enum[Math.floor(share(context.seed, key) * schema.enum.length)];
  }
  if (schema.anyOf) return answer(context, optionOf(context, schema.anyOf, path, wanted), path, wanted);
  const type = typeOf(context, schema, path, wanted);
  if (type === 'object') {
    const parts = (wanted ?? {}) as Record<string, unknown>;
    const entries = Object.entries(schema.properties ?? {});
    return Object.fromEntries(
      entries.map(([name, part]) => [name, answer(context, part, [...path, name], parts[name])]),
    );
  }
  if (type === 'array') return arrayOf(context, schema, path, wanted);
  if (type === 'boolean') return typeof wanted === 'boolean' ? wanted : share(context.seed, key) < 0.5;
  if (type === 'integer' || type === 'number') return numberOf(schema, type, share(context.seed, key), wanted);
  if (type === 'string') return textOf(context.seed, schema, key, wanted);
  return null;
}

function typeOf(context: Context, schema: JsonSchema, path: readonly string[], wanted: unknown): string {
  const given = schema.type ?? (schema.properties ? 'object' : 'string');
  if (typeof given === 'string') return given;
  if (given.includes('null') && (wanted === null || path.length > MAX_DEPTH)) return 'null';
  const types = given.filter((type) => type !== 'null');
  return pick([types[0] ?? 'null', ...types.slice(1)], context.seed, path.join('/'), 'type');
}

function optionOf(
  context: Context,
  options: readonly JsonSchema[],
  path: readonly string[],
  wanted: unknown,
): JsonSchema {
  const nothing = options.find((option) => option.type === 'null');
  if (nothing && (wanted === null || path.length > MAX_DEPTH)) return nothing;
  const others = options.filter((option) => option !== nothing);
  if (wanted !== undefined || path.length > MAX_DEPTH) return others.at(-1) ?? nothing ?? {};
  return others[Math.floor(share(context.seed, path.join('/'), 'option') * others.length)] ?? nothing ?? {};
}

function arrayOf(context: Context, schema: JsonSchema, path: readonly string[], wanted: unknown): unknown[] {
  const least = schema.minItems ?? 0;
  const most = Math.max(least, schema.maxItems ?? least + 3);
  const given = Array.isArray(wanted) ? wanted.slice(0, most) : null;
  const chosen =
    path.length > MAX_DEPTH ? least : Math.round(least + share(context.seed, path.join('/')) * (most - least));
  const length = Math.max(least, given ? given.length : Math.min(chosen, least + 3));
  return Array.from({ length }, (_, index) =>
    answer(context, schema.items ?? {}, [...path, String(index)], given?.[index]),
  );
}

function numberOf(schema: JsonSchema, type: string, random: number, wanted: unknown): number {
  const step = schema.multipleOf ?? (type === 'integer' ? 1 : 0.01);
  const least = schema.minimum ?? (schema.exclusiveMinimum !== undefined ? schema.exclusiveMinimum + step : 0);
  const most = schema.maximum ?? (schema.exclusiveMaximum !== undefined ? schema.exclusiveMaximum - step : least + 100);
  const raw = typeof wanted === 'number' ? Math.min(most, Math.max(least, wanted)) : least + random * (most - least);
  const stepped = Number((Math.round(raw / step) * step).toFixed(6));
  return Math.min(most, Math.max(least, stepped));
}

const words = [
  'ready',
  'follow',
  'client',
  'quote',
  'review',
  'policy',
  'recent',
  'answer',
  'detail',
  'market',
] as const;

function textOf(seed: string, schema: JsonSchema, key: string, wanted: unknown): string {
  const random = fingerprint(seed, key);
  const day = String(1 + Math.floor(share(seed, key, 'day') * 28)).padStart(2, '0');
  switch (schema.format) {
    case 'date-time':
      return `2026-01-${day}T12:00:00Z`;
    case 'date':
      return `2026-01-${day}`;
    case 'time':
      return '12:00:00Z';
    case 'email':
      return `${random}@example.com`;
    case 'uuid':
      return `${random.slice(0, 8)}-${random.slice(8, 12)}-4${random.slice(13, 16)}-8${random.slice(1, 4)}-${random.slice(0, 12)}`;
  }
  let text = typeof wanted === 'string' ? wanted : '';
  for (
    let index = 0;
    text === '' || text.length < (schema.minLength ?? 0) || (typeof wanted !== 'string' && index < 4);
    index += 1
  ) {
    text = `${text} ${pick(words, seed, key, index)}`.trimStart();
  }
  return schema.maxLength === undefined ? text : text.slice(0, schema.maxLength);
}
