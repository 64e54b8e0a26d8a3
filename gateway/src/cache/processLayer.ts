import type { Tag } from './cacheStore.js';

/** A value that a process holds. Nobody changes it. */
export interface KeptValue {
  readonly tags: readonly Tag[];
  readonly generations: readonly string[];
  readonly filledAt: number;
  readonly value: unknown;
  readonly plain: boolean;
  /** Of its JSON. */
  readonly bytes: number;
}

export interface ProcessLayer {
  get(key: string): KeptValue | undefined;
  set(key: string, value: KeptValue): void;
}
