/** A copy of a row as the store gives them (entities, plain objects, lists, dates, bytes), so that nothing in it is shared with the original. */
export function copyRow<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return new Date(value.getTime());
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(copy);
  const copied: Record<string, unknown> = Object.create(Object.getPrototypeOf(value));
  for (const [name, each] of Object.entries(value)) copied[name] = copy(each);
  return copied;
}
