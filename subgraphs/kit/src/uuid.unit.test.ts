import { describe, expect, it } from 'vitest';
import { isUuid, uuidFloor, uuidv7 } from './uuid.js';

describe('ids of an instant', () => {
  const at = Date.parse('2026-11-20T12:00:00.123Z');

  it('sort as they were made, between the instant and the next millisecond', () => {
    const ids = Array.from({ length: 2_000 }, () => uuidv7(at));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every(isUuid)).toBe(true);
    expect(ids.every((id) => id > uuidFloor(new Date(at)) && id < uuidFloor(new Date(at + 1)))).toBe(true);
  });

  it('are others when their instant comes again', () => {
    const first = uuidv7(at);
    uuidv7(at + 1);
    expect(uuidv7(at)).not.toBe(first);
  });
});
