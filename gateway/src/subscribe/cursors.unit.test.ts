import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCursors, cursorKeyOf } from './cursors.js';

const cursors = createCursors(Buffer.alloc(32, 1));
const positions = fc.record({
  position: fc.oneof(
    fc.nat(),
    fc.maxSafeInteger().map((each) => Math.abs(each) % 2 ** 48),
  ),
  epoch: fc.nat(2 ** 32 - 1),
});

describe('a cursor', () => {
  it('gives back its position to the scope that it was made for', () => {
    fc.assert(
      fc.property(positions, fc.string(), (position, scope) => {
        expect(cursors.read(cursors.sign(position, scope), scope)).toEqual(position);
      }),
    );
  });

  it('is worth nothing to another scope, with another key, or with any character changed', () => {
    fc.assert(
      fc.property(positions, fc.string(), fc.string(), fc.nat(31), (position, scope, other, at) => {
        const cursor = cursors.sign(position, scope);
        if (other !== scope) expect(cursors.read(cursor, other)).toBeUndefined();
        expect(createCursors(Buffer.alloc(32, 2)).read(cursor, scope)).toBeUndefined();
        const changed = `${cursor.slice(0, at)}${cursor[at] === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`;
        // The last character of base64 has bits that mean nothing.
        const same = Buffer.from(changed, 'base64url').equals(Buffer.from(cursor, 'base64url'));
        if (!same) expect(cursors.read(changed, scope)).toBeUndefined();
      }),
    );
  });

  it('is refused, not misread, when it is no cursor at all', () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(cursors.read(text, 'scope')).toBeUndefined()));
    expect(cursors.read('A'.repeat(32), 'scope')).toBeUndefined();
    expect(cursors.read('A'.repeat(1_000_000), 'scope')).toBeUndefined();
  });
});

describe('the key of cursors', () => {
  const signingKey = { kty: 'OKP', crv: 'Ed25519', x: 'x', d: Buffer.alloc(32, 7).toString('base64url') } as const;

  it('is the configured one, or the same in all processes with the same signing key, or random', () => {
    const configured = Buffer.alloc(32, 3);
    expect(cursorKeyOf(configured, signingKey)).toBe(configured);
    expect(cursorKeyOf(undefined, signingKey)).toEqual(cursorKeyOf(undefined, { ...signingKey }));
    expect(cursorKeyOf(undefined, undefined)).not.toEqual(cursorKeyOf(undefined, undefined));
  });
});
