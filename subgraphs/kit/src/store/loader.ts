import DataLoader from 'dataloader';
import { currentScope } from '../requestScope.js';
import type { SharedRead } from './sharedReads.js';

/** A data loader for one request that finds at most one value per key; a key without a row gives null. */
export function createLoader<V>(read: SharedRead<V>): DataLoader<string, V | null> {
  return new RequestLoader(async (keys) => (await read.load(keys)).map((rows) => rows.at(-1) ?? null));
}

/** A data loader for one request that finds a list per key, in the order in which the read returns the rows. */
export function createListLoader<V>(read: SharedRead<V>): DataLoader<string, V[]> {
  return new RequestLoader((keys) => read.load(keys));
}

/** Forgets what it has loaded when the request has changed something since: a later root field of a mutation finds what an earlier one wrote. */
class RequestLoader<V> extends DataLoader<string, V> {
  #changes = 0;

  override load(key: string): Promise<V> {
    const changes = currentScope()?.changed.length ?? 0;
    if (changes !== this.#changes) {
      this.#changes = changes;
      this.clearAll();
    }
    return super.load(key);
  }
}
