import DataLoader from 'dataloader';

/**
 * A data loader for one request that finds at most one value per key. `load` gets distinct keys and returns rows in any
 * order; a key without a row gives null.
 */
export function createLoader<K extends string, V>(
  load: (keys: readonly K[]) => Promise<readonly V[]>,
  keyOf: (value: V) => K,
): DataLoader<K, V | null> {
  return new DataLoader<K, V | null>(async (keys) => {
    const found = new Map((await load(keys)).map((value) => [keyOf(value), value]));
    return keys.map((key) => found.get(key) ?? null);
  });
}

/** A data loader for one request that finds a list per key, in the order in which `load` returns the rows. */
export function createListLoader<K extends string, V>(
  load: (keys: readonly K[]) => Promise<readonly V[]>,
  keyOf: (value: V) => K,
): DataLoader<K, V[]> {
  return new DataLoader<K, V[]>(async (keys) => {
    const lists = new Map<K, V[]>(keys.map((key) => [key, []]));
    for (const value of await load(keys)) lists.get(keyOf(value))?.push(value);
    return keys.map((key) => lists.get(key) ?? []);
  });
}
