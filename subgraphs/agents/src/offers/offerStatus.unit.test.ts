import { describe, expect, it } from 'vitest';
import { assignmentStatuses, canProgress, isClosed } from './assignmentStatus.js';
import { canBecome, isFinal, isWaiting, offerStatuses } from './offerStatus.js';

describe('the steps of an offer', () => {
  it('are those of the domain reference and no others', () => {
    const steps = offerStatuses.flatMap((from) =>
      offerStatuses.filter((to) => canBecome(from, to)).map((to) => `${from} → ${to}`),
    );
    expect(steps).toEqual([
      'RESERVED → OFFERED',
      'RESERVED → CANCELLED',
      'OFFERED → ACCEPTED',
      'OFFERED → REJECTED',
      'OFFERED → EXPIRED',
      'OFFERED → CANCELLED',
      'ACCEPTED → CANCELLED',
    ]);
  });

  it('end in REJECTED, EXPIRED or CANCELLED', () => {
    expect(offerStatuses.filter(isFinal)).toEqual(['REJECTED', 'EXPIRED', 'CANCELLED']);
    expect(offerStatuses.filter(isWaiting)).toEqual(['RESERVED', 'OFFERED']);
  });
});

describe('the steps of an assignment', () => {
  it('go one by one to BOUND', () => {
    expect(canProgress('NEW', 'ATTEMPTED')).toBe(true);
    expect(canProgress('APPLIED', 'BOUND')).toBe(true);
    expect(canProgress('NEW', 'CONTACTED')).toBe(false);
    expect(canProgress('QUOTED', 'CONTACTED')).toBe(false);
  });

  it('may end in LOST or RETURNED from any open one, and nothing follows', () => {
    for (const from of assignmentStatuses) {
      expect(canProgress(from, 'LOST')).toBe(!isClosed(from));
      expect(canProgress(from, 'RETURNED')).toBe(!isClosed(from));
      if (isClosed(from)) expect(assignmentStatuses.some((to) => canProgress(from, to))).toBe(false);
    }
  });
});
