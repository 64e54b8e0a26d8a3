import type { KeyTree } from '../compile/settleSharing.js';

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

/**
 * How deep values are merged and copied. Operations are at most 60 levels deep: what is deeper was not asked for and is merged into by nobody, and following it all the way down would
 * exhaust the stack.
 */
const MOST_LEVELS = 200;

/**
 * Merges what a fetch brought into an object of the response, in place. Where both have an object, or lists of the same length, these are merged as well; else the
 * new value stands, null included. Values are taken over, not copied, but for those of the keys in `copied` and what is merged below them:
 * where several objects get the same values and one of them is merged into later, they must not share them.
 */
export function mergeData(
  target: Json,
  source: Json,
  copied?: ReadonlySet<string> | 'all',
  levels: number = MOST_LEVELS,
): void {
  // Of JSON: all its enumerable keys are its own. Object.keys would make a list of them each time.
  for (const key in source) {
    const value = source[key];
    if (value === undefined || key === '__proto__') continue;
    const existing = target[key];
    if (isComposite(existing) && isComposite(value))
      target[key] = mergeComposite(existing, value, copied && 'all', levels - 1);
    else target[key] = copied === 'all' || copied?.has(key) ? copy(value) : value;
  }
}

function mergeComposite(existing: Json, value: Json, copied: 'all' | undefined, levels: number): Json {
  const taken = () => (copied ? copy(value) : value);
  if (levels === 0 || Array.isArray(existing) !== Array.isArray(value)) return taken();
  if (!Array.isArray(value)) {
    mergeData(existing, value, copied, levels);
    return existing;
  }
  if (existing.length !== value.length) return taken();
  for (let index = 0; index < value.length; index++) {
    const item = value[index];
    if (isComposite(existing[index]) && isComposite(item))
      existing[index] = mergeComposite(existing[index], item, copied, levels - 1);
    else existing[index] = copied ? copy(item) : item;
  }
  return existing;
}

/**
 * A copy of a value as far as it is going to be changed: of the objects and lists on the way to these keys, and of those that stand there. The rest is the value's own.
 */
export function copyAlong(value: Json, changed: KeyTree, levels: number = MOST_LEVELS): Json {
  if (!isComposite(value) || levels === 0) return value;
  if (Array.isArray(value)) return value.map((item) => copyAlong(item, changed, levels - 1));
  const copied = { ...value } as Record<string, Json>;
  for (const [key, below] of changed) {
    const inner = copied[key];
    if (isComposite(inner)) copied[key] = copyAlong(inner, below, levels - 1);
  }
  return copied;
}

/** A copy that shares nothing with the value, as deep as an operation may be. */
export function copy(value: Json, levels: number = MOST_LEVELS): Json {
  if (!isComposite(value) || levels === 0) return value;
  if (Array.isArray(value)) return value.map((inner) => copy(inner, levels - 1));
  const copied: Json = {};
  for (const [key, inner] of Object.entries(value)) if (key !== '__proto__') copied[key] = copy(inner, levels - 1);
  return copied;
}

function isComposite(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
