import { createHash } from 'node:crypto';

/** A number in [0, 1) that depends on nothing but the given parts. */
export function share(...parts: readonly (string | number)[]): number {
  return digest(parts).readUIntBE(0, 6) / 2 ** 48;
}

/** One of the items, always the same for the same parts. */
export function pick<T>(items: readonly [T, ...T[]], ...parts: readonly (string | number)[]): T {
  return items[Math.floor(share(...parts) * items.length)] ?? items[0];
}

/** 16 hexadecimal characters that name the given parts. */
export function fingerprint(...parts: readonly (string | number)[]): string {
  return digest(parts).toString('hex', 0, 8);
}

/** mulberry32: a fast stream of numbers in [0, 1), for vectors, where a hash per number would be slow. */
export function stream(...parts: readonly (string | number)[]): () => number {
  let state = digest(parts).readUInt32BE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function digest(parts: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}
