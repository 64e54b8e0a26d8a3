// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

/**
 * Merges what a fetch brought into an object of the response, in place. Where both have an object, or lists of the same length, these are merged as well; else the
 * new value stands, null included. Values are taken over, not copied, but for those of the keys in `copied` and what is merged below them:
 * where several objects get the same values and one of them is merged into later, they must not share them.
 */
export function mergeData(target: Json, source: Json, copied?: ReadonlySet<string> | 'all'): void {
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (value === undefined || key === '__proto__') continue;
    const existing = target[key];
    if (isComposite(existing) && isComposite(value)) target[key] = mergeComposite(existing, value, copied && 'all');
    else target[key] = copied === 'all' || copied?.has(key) ? copy(value) : value;
  }
}

function mergeComposite(existing: Json, value: Json, copied: 'all' | undefined): Json {
  const taken = () => (copied ? copy(value) : value);
  if (Array.isArray(existing) !== Array.isArray(value)) return taken();
  if (!Array.isArray(value)) {
    mergeData(existing, value, copied);
    return existing;
  }
  if (existing.length !== value.length) return taken();
  for (let index = 0; index < value.length; index++) {
    const item = value[index];
    if (isComposite(existing[index]) && isComposite(item))
      existing[index] = mergeComposite(existing[index], item, copied);
    else existing[index] = copied ? copy(item) : item;
  }
  return existing;
}

/** A copy that shares nothing with the value. */
export function copy(value: Json): Json {
  if (!isComposite(value)) return value;
  if (Array.isArray(value)) return value.map(copy);
  const copied: Json = {};
  for (const [key, inner] of Object.entries(value)) if (key !== '__proto__') copied[key] = copy(inner);
  return copied;
}

export function isComposite(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
