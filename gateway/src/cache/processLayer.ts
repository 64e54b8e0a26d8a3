import { LRUCache } from 'lru-cache';
import type { Tag } from './cacheStore.js';

/** A value that a process holds. Nobody changes it. */
export interface KeptValue {
  readonly tags: readonly Tag[];
  readonly generations: readonly string[];
  /** Milliseconds since 1970. */
  readonly filledAt: number;
  readonly value: unknown;
  readonly plain: boolean;
  /** Of its JSON. */
  readonly bytes: number;
}

/** What a process holds of what is kept: whether a value is valid is decided by who reads it, by the generations of the same moment. */
export interface ProcessLayer {
  get(key: string): KeptValue | undefined;
  set(key: string, value: KeptValue): void;
  readonly bytes: number;
}

/** An object takes about this many times its JSON. */
const MEMORY_PER_BYTE = 4;
/** An entry with its key and tags, without its value. */
const ENTRY_BYTES = 500;

/** The values that were used last, as many as fit. */
export function createProcessLayer(mostBytes: number): ProcessLayer {
  const values = new LRUCache<string, KeptValue>({
    maxSize: mostBytes,
    sizeCalculation: ({ bytes, tags }) => ENTRY_BYTES + tags.length * 100 + bytes * MEMORY_PER_BYTE,
  });
  return {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    get bytes() {
      return values.calculatedSize;
    },
  };
}
