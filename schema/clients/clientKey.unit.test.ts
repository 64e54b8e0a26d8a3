import { expect, it } from 'vitest';
import { hashSecret, makeClientKey, readClientKey } from './clientKey.ts';

it('a key is taken apart into its prefix and its secret, of which only the hash is kept', () => {
  const { key, prefix, hash } = makeClientKey();
  expect(key).toMatch(/^lgk_[0-9a-z]{12}_[\w-]{43}$/);
  const parts = readClientKey(key);
  expect(parts?.prefix).toBe(prefix);
  expect(Buffer.from(parts?.secret ?? '', 'base64url')).toHaveLength(32);
  expect(hashSecret(parts?.secret ?? '').toString('hex')).toBe(hash);
  expect(makeClientKey().key).not.toBe(key);
});

it.each([
  '',
  'lgk_',
  'lgk_abc_def',
  `xyz_${'a'.repeat(12)}_${'b'.repeat(43)}`,
  `lgk_${'A'.repeat(12)}_${'b'.repeat(43)}`,
  `lgk_${'a'.repeat(12)}_${'b'.repeat(44)}`,
])('"%s" is no key', (key) => {
  expect(readClientKey(key)).toBeUndefined();
});
