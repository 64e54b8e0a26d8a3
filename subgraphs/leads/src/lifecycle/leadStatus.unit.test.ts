import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canBecome, type LeadStatus, leadStatuses, successorsOf } from './leadStatus.js';

const status = fc.constantFrom(...leadStatuses);

describe("the lead's status machine", () => {
  it('reaches every status from RECEIVED', () => {
    const reached = new Set<LeadStatus>(['RECEIVED']);
    for (const from of reached) for (const to of successorsOf(from)) reached.add(to);
    expect([...reached].sort()).toEqual([...leadStatuses].sort());
  });

  it.each([
    ['RECEIVED', 'VALIDATED', 'QUALIFYING', 'QUALIFIED', 'ROUTING', 'OFFERED', 'SOLD', 'RETURNED', 'ROUTING'],
    ['VALIDATED', 'QUALIFYING', 'NEEDS_REVIEW', 'QUALIFIED'],
    ['NEEDS_REVIEW', 'DISQUALIFIED'],
    ['ROUTING', 'QUEUED', 'ROUTING', 'UNSOLD', 'EXPIRED'],
    ['OFFERED', 'ROUTING', 'OFFERED', 'QUEUED'],
    ['UNSOLD', 'ROUTING'],
  ] as const)('walks %s → %s → …', (...path) => {
    for (const [index, from] of path.slice(0, -1).entries()) {
      expect(canBecome(from, path[index + 1] as LeadStatus)).toBe(true);
    }
  });

  it('takes any lead that is not erased back or away, and an erased one nowhere', () => {
    fc.assert(
      fc.property(status, (from) => {
        expect(canBecome(from, 'ERASED')).toBe(from !== 'ERASED');
        expect(canBecome(from, 'WITHDRAWN')).toBe(from !== 'ERASED' && from !== 'WITHDRAWN');
        expect(canBecome('ERASED', from)).toBe(false);
      }),
    );
  });

  it('never leads back: no lead is received, validated or sold twice without a return', () => {
    fc.assert(
      fc.property(status, (from) => {
        expect(canBecome(from, from)).toBe(false);
        expect(canBecome(from, 'RECEIVED')).toBe(false);
        if (from !== 'RECEIVED') expect(canBecome(from, 'VALIDATED')).toBe(false);
      }),
    );
    expect(successorsOf('SOLD').sort()).toEqual(['ERASED', 'RETURNED', 'WITHDRAWN']);
  });

  it.each(['REJECTED', 'DUPLICATE', 'DISQUALIFIED', 'WITHDRAWN'] as const)('ends in %s', (end) => {
    expect(successorsOf(end).filter((to) => to !== 'ERASED' && to !== 'WITHDRAWN')).toEqual([]);
  });
});
