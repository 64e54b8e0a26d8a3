import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SealBroken, seal, unseal } from './seal.js';

const key = createSecretKey(randomBytes(32));
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

describe('seal', () => {
  it('opens to what was sealed', () => {
    fc.assert(
      fc.property(bytes, fc.string(), (plain, context) => {
        expect(unseal(key, context, seal(key, context, plain))).toEqual(plain);
      }),
    );
  });

  it('makes another ciphertext each time', () => {
    expect(seal(key, 'a', Buffer.from('same'))).not.toEqual(seal(key, 'a', Buffer.from('same')));
  });

  it('does not open in another place or with another key', () => {
    const sealed = seal(key, 'person:1', Buffer.from('Jane'));
    expect(() => unseal(key, 'person:2', sealed)).toThrow(SealBroken);
    expect(() => unseal(createSecretKey(randomBytes(32)), 'person:1', sealed)).toThrow(SealBroken);
  });

  it('does not open when a single bit was turned or bytes are missing', () => {
    const sealed = seal(key, 'person:1', Buffer.from('Jane Doe'));
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.nat(7), (at, bit) => {
        const damaged = Buffer.from(sealed);
        damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
        expect(() => unseal(key, 'person:1', damaged)).toThrow(SealBroken);
        expect(() => unseal(key, 'person:1', sealed.subarray(0, at))).toThrow(SealBroken);
      }),
    );
  });
});
