import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseMode, type PricedCandidate } from './chooseMode.js';

const exclusive = (priceCents: number, agentId = `e${priceCents}`): PricedCandidate => ({
  agentId,
  mode: 'EXCLUSIVE',
  priceCents,
});
const shared = (priceCents: number, agentId = `s${priceCents}`): PricedCandidate => ({
  agentId,
  mode: 'SHARED',
  priceCents,
});
const terms = { freePlaces: 3, sharedSumOf: 3, fixed: null };

describe('chooseMode', () => {
  it.each<[string, PricedCandidate[], Partial<typeof terms>, string | null]>([
    ['the larger of the two: exclusive', [exclusive(5_000), shared(2_000)], {}, 'EXCLUSIVE'],
    ['the larger of the two: shared', [exclusive(5_000), shared(2_000), shared(1_900), shared(1_800)], {}, 'SHARED'],
    ['a tie is exclusive', [exclusive(4_000), shared(2_001), shared(1_999)], {}, 'EXCLUSIVE'],
    [
      'no more than three shared prices count',
      [exclusive(6_001), shared(2_000, 'a'), shared(2_000, 'b'), shared(2_000, 'c'), shared(2_000, 'd')],
      {},
      'EXCLUSIVE',
    ],
    [
      'no more shared prices than places',
      [exclusive(3_500), shared(2_000, 'a'), shared(2_000, 'b')],
      { freePlaces: 1 },
      'EXCLUSIVE',
    ],
    ['an agent counts once', [exclusive(3_500), shared(2_000, 'a'), shared(2_000, 'a')], {}, 'EXCLUSIVE'],
    ['only shared buyers', [shared(1)], {}, 'SHARED'],
    ['only exclusive buyers', [exclusive(0)], {}, 'EXCLUSIVE'],
    ['nobody', [], {}, null],
  ])('%s', (_name, candidates, change, expected) => {
    expect(chooseMode(candidates, { ...terms, ...change }).mode).toBe(expected);
  });

  it('keeps the mode that a lead has, even if nobody is there in it', () => {
    const candidates = [exclusive(9_000), shared(100)];
    expect(chooseMode(candidates, { ...terms, fixed: 'SHARED' }).mode).toBe('SHARED');
    expect(chooseMode([exclusive(9_000)], { ...terms, fixed: 'SHARED' }).mode).toBeNull();
  });

  it('never leaves money on the table', () => {
    const price = fc.integer({ min: 0, max: 10_000 });
    const candidates = fc.array(
      fc.record({
        agentId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        mode: fc.constantFrom('EXCLUSIVE' as const, 'SHARED' as const),
        priceCents: price,
      }),
    );
    fc.assert(
      fc.property(candidates, fc.integer({ min: 1, max: 4 }), (all, freePlaces) => {
        const { mode, exclusiveCents, sharedCents } = chooseMode(all, { ...terms, freePlaces });
        if (mode === 'EXCLUSIVE') expect(exclusiveCents).toBeGreaterThanOrEqual(sharedCents);
        if (mode === 'SHARED') expect(sharedCents === 0 || sharedCents > exclusiveCents).toBe(true);
        expect(mode === null).toBe(all.length === 0);
      }),
    );
  });
});
