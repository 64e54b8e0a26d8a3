import { expect, it } from 'vitest';
import { closeReason } from './closeCodes.js';

it('a reason fits into a close frame, without half a character', () => {
  expect(closeReason('token expired')).toBe('token expired');
  expect(closeReason('x'.repeat(200))).toBe('x'.repeat(123));
  expect(closeReason('é'.repeat(100))).toBe('é'.repeat(61));
  expect(closeReason(`x${'🐟'.repeat(50)}`)).toBe(`x${'🐟'.repeat(30)}`);
});
