import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidate } from '../../test/candidate.js';
import { type Candidate, defaultRoutingSettings as settings } from './candidate.js';
import { auctionScore, type PoolWeights, rankCandidates, smoothedAcceptanceRate } from './rankCandidates.js';
import type { PoolStrategy } from './vocabulary.js';

const rank = (candidates: Candidate[], strategy: PoolStrategy, weights: PoolWeights = {}, take = 1) =>
  rankCandidates(candidates, { strategy, weights, settings, take });
const names = (candidates: readonly Candidate[]) => candidates.map(({ campaignId }) => campaignId).join('');
const one = (campaignId: string, change: Partial<Candidate> = {}) =>
  candidate({ campaignId, agentId: campaignId, ...change });

describe('rankCandidates', () => {
  it('lets priority come before everything else', () => {
    const low = one('a', { priority: 1, bidCents: 99_999 });
    const high = one('b', { priority: 0, bidCents: 1 });
    for (const strategy of ['AUCTION', 'WEIGHTED', 'ROUND_ROBIN'] as const) {
      expect(names(rank([low, high], strategy, {}, 2).ranked)).toBe('ba');
    }
  });

  describe('AUCTION', () => {
    it('weighs the bid with how often the campaign accepts', () => {
      // 1,000 × (0.7 + 0.3 × 55/60) = 975 against 1,100 × (0.7 + 0.3 × 5/60) = 797.5
      const keen = one('a', { bidCents: 1_000, decided: 50, accepted: 50 });
      const picky = one('b', { bidCents: 1_100, decided: 50, accepted: 0 });
      expect(auctionScore(keen, settings)).toBeCloseTo(975);
      expect(auctionScore(picky, settings)).toBeCloseTo(797.5);
      expect(names(rank([picky, keen], 'AUCTION').ranked)).toBe('ab');
    });

    it('believes in a new campaign half the time', () => {
      expect(smoothedAcceptanceRate({ decided: 0, accepted: 0 }, settings.acceptancePrior)).toBe(0.5);
    });
  });

  describe('ROUND_ROBIN', () => {
    it('begins with whoever was never offered a lead, then whoever waited longest', () => {
      const never = one('a');
      const long = one('b', { lastOfferedAt: new Date('2026-01-01') });
      const short = one('c', { lastOfferedAt: new Date('2026-02-01') });
      expect(names(rank([short, long, never], 'ROUND_ROBIN').ranked)).toBe('abc');
    });

    it('breaks ties by bid, then by id', () => {
      const [a, b, c] = [one('a', { bidCents: 1 }), one('b', { bidCents: 2 }), one('c', { bidCents: 2 })];
      expect(names(rank([c, a, b], 'ROUND_ROBIN').ranked)).toBe('bca');
    });
  });

  describe('WEIGHTED', () => {
    it('spreads five, one and one as smoothly as nginx does', () => {
      const peers = [one('a', { weight: 5 }), one('b', { weight: 1 }), one('c', { weight: 1 })];
      let weights: PoolWeights = {};
      let order = '';
      for (let lead = 0; lead < 14; lead += 1) {
        const result = rank(peers, 'WEIGHTED', weights);
        weights = result.weights;
        order += result.ranked[0]?.campaignId;
      }
      expect(order).toBe('aabacaaaabacaa');
    });

    it('gives each its share, whatever the weights', () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), (shares) => {
          const peers = shares.map((weight, index) => one(String(index), { weight }));
          const total = shares.reduce((sum, weight) => sum + weight, 0);
          const counts = new Map<string, number>();
          let weights: PoolWeights = {};
          for (let lead = 0; lead < total; lead += 1) {
            const result = rank(peers, 'WEIGHTED', weights);
            weights = result.weights;
            const first = result.ranked[0]?.campaignId ?? '';
            counts.set(first, (counts.get(first) ?? 0) + 1);
          }
          for (const { campaignId, weight } of peers) expect(counts.get(campaignId)).toBe(weight);
        }),
      );
    });

    it('leaves the weights alone when nobody is picked', () => {
      expect(rank([one('a'), one('b')], 'WEIGHTED', { a: 3 }, 0).weights).toEqual({ a: 3 });
    });
  });

  it('ranks everybody exactly once', () => {
    const peers = fc.array(
      fc.record({
        priority: fc.integer({ min: 0, max: 2 }),
        weight: fc.integer({ min: 1, max: 5 }),
        bidCents: fc.integer({ min: 0, max: 5 }),
      }),
    );
    fc.assert(
      fc.property(
        peers,
        fc.constantFrom('AUCTION', 'WEIGHTED', 'ROUND_ROBIN'),
        fc.nat(6),
        (changes, strategy, take) => {
          const all = changes.map((change, index) => one(`c${index}`, change));
          const { ranked } = rank(all, strategy as PoolStrategy, {}, take);
          expect(ranked.map(({ campaignId }) => campaignId).sort()).toEqual(
            all.map(({ campaignId }) => campaignId).sort(),
          );
          expect(ranked.map(({ priority }) => priority)).toEqual(
            ranked.map(({ priority }) => priority).sort((a, b) => a - b),
          );
        },
      ),
    );
  });
});
