import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidate, quotes, routingLead } from '../../test/candidate.js';
import { type Candidate, defaultRoutingSettings as settings } from './candidate.js';
import { capBuckets, unusedCaps } from './caps.js';
import { filterCampaign } from './filterCampaign.js';
import { countReasons, planRound, type RoundInput } from './planRound.js';
import type { FilterReason, PoolStrategy, SaleMode } from './vocabulary.js';

const now = new Date('2026-11-20T15:00:00Z'); // Friday, 9:00 in Chicago
const plan = (candidates: Candidate[], change: Partial<RoundInput> = {}) =>
  planRound({
    lead: routingLead(),
    quotes: quotes(),
    candidates,
    pool: { strategy: 'ROUND_ROBIN', weights: {} },
    places: { free: 3, live: 0, mode: null },
    settings,
    now,
    ...change,
  });
const reasonOf = (change: Parameters<typeof candidate>[0], input: Partial<RoundInput> = {}) =>
  plan([candidate(change)], input).trace[0]?.reason;
const saturday = [{ day: 6, from: '09:00', to: '17:00' }];
const usedUp = { ...unusedCaps, DAY: { bucket: capBuckets(now, 'America/Chicago').DAY, count: 8, spendCents: 0 } };

const failures: [FilterReason, Parameters<typeof candidate>[0]][] = [
  ['ACTIVE', { status: 'PAUSED' }],
  ['ACTIVE', { agent: { status: 'SUSPENDED' } }],
  ['ACTIVE', { agent: { availability: 'AWAY' } }],
  ['LICENSE', { agent: { licenses: [] } }],
  ['LINE', { line: 'HOME' }],
  ['GEO', { states: ['OK'] }],
  ['GEO', { zips: ['75002'] }],
  ['FILTER', { filters: [{ field: 'language', operator: 'EQUALS', values: ['es'], allowMissing: false }] }],
  ['SCORE', { minScore: 71 }],
  ['BID', { bidCents: 1_999 }],
  ['FUNDS', { agent: { availableCents: 1_999 } }],
  ['FUNDS', { agent: { availableCents: null } }],
  ['CAP', { caps: [{ period: 'DAY', count: 8, spendCents: null }], usage: usedUp }],
  ['SCHEDULE', { schedule: saturday }],
  ['OPEN_OFFERS', { agent: { openOffers: settings.mostOpenOffers } }],
  ['ALREADY_OFFERED', { alreadyOffered: true }],
];

describe('the reason why a campaign does not get a lead', () => {
  it.each(failures)('%s: %j', (reason, change) => {
    expect(reasonOf(change)).toBe(reason);
  });

  it('SAME_CARRIER, whatever the case', () => {
    const lead = routingLead({ currentCarrier: 'Northwind Mutual' });
    expect(reasonOf({ agent: { carriers: ['northwind mutual '] } }, { lead })).toBe('SAME_CARRIER');
    expect(reasonOf({ agent: { carriers: ['Other'] } }, { lead })).toBeNull();
  });

  it('SELLER when the consent names others, and always for MEDICARE', () => {
    const consent = { ...routingLead().facts.consent, scope: 'NAMED_SELLERS' as const, sellers: ['agency-2'] };
    expect(reasonOf({}, { lead: routingLead({ consent }) })).toBe('SELLER');
    expect(reasonOf({ agencyId: 'agency-2' }, { lead: routingLead({ consent }) })).toBeNull();

    const health = { ...candidate().agent.licenses[0], lineOfAuthority: 'ACCIDENT_HEALTH' as const };
    const medicare = { line: 'MEDICARE' as const, agent: { licenses: [health as never] } };
    expect(reasonOf(medicare, { lead: routingLead({ line: 'MEDICARE' }) })).toBe('SELLER');
  });

  it('is the first in the order of the rules when several apply', () => {
    fc.assert(
      fc.property(fc.subarray(failures, { minLength: 1 }), (chosen) => {
        const merged = candidate();
        for (const [, { agent, ...rest } = {}] of chosen)
          Object.assign(merged, rest, { agent: { ...merged.agent, ...agent } });
        const input = { lead: routingLead(), quotes: quotes(), strategy: 'ROUND_ROBIN' as const, settings, now };
        // A later failure on the same field may replace an earlier one, so the expectation is what fails alone.
        expect(filterCampaign(merged, input).reason).toBe(
          failures.find(([reason]) => chosen.some(([other]) => other === reason))?.[0],
        );
      }),
    );
  });

  it('has the exclusive price for an exclusive campaign', () => {
    expect(reasonOf({ mode: 'EXCLUSIVE', bidCents: 4_999 })).toBe('BID');
    expect(reasonOf({ mode: 'EXCLUSIVE', bidCents: 5_000 })).toBeNull();
  });

  it('in an auction asks for funds to pay the bid itself', () => {
    const pool = { strategy: 'AUCTION' as const, weights: {} };
    expect(reasonOf({ bidCents: 3_000, agent: { availableCents: 2_999 } }, { pool })).toBe('FUNDS');
  });
});

describe('the gate', () => {
  const consent = routingLead().facts.consent;
  it.each([
    ['CONSENT', { consent: { ...consent, live: false } }],
    ['CHANNEL', { consent: { ...consent, channels: [] } }],
    ['SUPPRESSED', { suppressedChannels: ['PHONE' as const] }],
  ])('%s', (reason, facts) => {
    const { gate, chosen } = plan([candidate()], { lead: routingLead(facts) });
    expect({ gate, chosen }).toEqual({ gate: reason, chosen: [] });
  });

  it('passes while one channel of the consent is left', () => {
    const lead = routingLead({ consent: { ...consent, channels: ['PHONE', 'EMAIL'] }, suppressedChannels: ['PHONE'] });
    expect(plan([candidate()], { lead }).gate).toBeNull();
  });

  it('WITHDRAWN and PLACES', () => {
    expect(plan([candidate()], { lead: { ...routingLead(), withdrawn: true } }).gate).toBe('WITHDRAWN');
    expect(plan([candidate()], { places: { free: 0, live: 0, mode: null } }).gate).toBe('PLACES');
  });
});

describe('who is chosen', () => {
  it('offers a shared lead to two more than there are places', () => {
    const { mode, chosen, trace } = plan(Array.from({ length: 9 }, () => candidate()));
    expect(mode).toBe('SHARED');
    expect(chosen).toHaveLength(5);
    expect(trace.filter(({ reason }) => reason === 'OUTRANKED')).toHaveLength(4);
  });

  it('counts offers that are out already', () => {
    const places = { free: 2, live: 3, mode: 'SHARED' as const };
    expect(
      plan(
        Array.from({ length: 9 }, () => candidate()),
        { places },
      ).chosen,
    ).toHaveLength(1);
  });

  it('offers an exclusive lead to one, and says what the others were worth', () => {
    const buyers = [candidate({ mode: 'EXCLUSIVE' }), candidate({ mode: 'EXCLUSIVE' }), candidate(), candidate()];
    const { mode, chosen, exclusiveCents, sharedCents, trace } = plan(buyers);
    expect({ mode, exclusiveCents, sharedCents }).toEqual({
      mode: 'EXCLUSIVE',
      exclusiveCents: 5_000,
      sharedCents: 4_000,
    });
    expect(chosen.map(({ quoteId, priceCents }) => ({ quoteId, priceCents }))).toEqual([
      { quoteId: 'quote-exclusive', priceCents: 5_000 },
    ]);
    expect(trace.filter(({ reason }) => reason === 'OTHER_MODE')).toHaveLength(2);
  });

  it('lets the winner of an auction pay its bid', () => {
    const pool = { strategy: 'AUCTION' as const, weights: {} };
    const { chosen } = plan([candidate({ bidCents: 3_210 })], { pool });
    expect(chosen[0]).toMatchObject({ priceCents: 3_210, quoteId: 'quote-shared' });
  });

  it('asks an agent once, by the best of its campaigns', () => {
    const buyers = [candidate({ agentId: 'a', priority: 1 }), candidate({ agentId: 'a', priority: 0 })];
    const { chosen } = plan(buyers);
    expect(chosen.map(({ candidate: { priority } }) => priority)).toEqual([0]);
  });
});

describe('when to try again', () => {
  it('at the earliest opening of a campaign that only its schedule keeps out', () => {
    const buyers = [
      candidate({ schedule: saturday }),
      candidate({ schedule: [{ day: 5, from: '12:00', to: '13:00' }] }),
      candidate({ schedule: [{ day: 5, from: '10:00', to: '11:00' }], alreadyOffered: true }),
      candidate({ bidCents: 1 }),
    ];
    expect(plan(buyers).retryAt).toEqual(new Date('2026-11-20T18:00:00Z'));
  });

  it('never, when something else keeps everybody out', () => {
    expect(plan([candidate({ schedule: saturday, minScore: 100 }), candidate({ bidCents: 1 })]).retryAt).toBeNull();
  });

  it('not for a campaign of a mode that the lead does not have any more', () => {
    const places = { free: 2, live: 0, mode: 'SHARED' as const };
    expect(plan([candidate({ mode: 'EXCLUSIVE', schedule: saturday })], { places }).retryAt).toBeNull();
  });
});

describe('any market', () => {
  const buyers = fc.array(
    fc.record({
      agentId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      mode: fc.constantFrom<SaleMode>('EXCLUSIVE', 'SHARED'),
      bidCents: fc.integer({ min: 0, max: 9_000 }),
      priority: fc.integer({ min: 0, max: 1 }),
      weight: fc.integer({ min: 1, max: 5 }),
      minScore: fc.constantFrom(0, 0, 0, 80),
      alreadyOffered: fc.boolean(),
    }),
    { maxLength: 12 },
  );
  const strategies = fc.constantFrom<PoolStrategy>('AUCTION', 'WEIGHTED', 'ROUND_ROBIN');

  it('is dealt with by the rules', () => {
    fc.assert(
      fc.property(
        buyers,
        strategies,
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 4 }),
        (wishes, strategy, free, live) => {
          const candidates = wishes.map((wish, index) => candidate({ ...wish, campaignId: `c${index}` }));
          const pool = { strategy, weights: {} };
          const result = plan(candidates, { pool, places: { free, live, mode: null } });
          if (free === 0) {
            expect(result).toMatchObject({ gate: 'PLACES', chosen: [], trace: [] });
            return;
          }

          expect(result.trace.map(({ campaignId }) => campaignId)).toEqual(
            candidates.map(({ campaignId }) => campaignId),
          );
          const most = result.mode === 'EXCLUSIVE' ? 1 : free + settings.sharedOversubscription;
          expect(result.chosen.length).toBeLessThanOrEqual(Math.max(0, most - live));
          expect(new Set(result.chosen.map((one) => one.candidate.agentId)).size).toBe(result.chosen.length);
          for (const { candidate: winner, priceCents } of result.chosen) {
            expect(winner.mode).toBe(result.mode);
            expect(winner.alreadyOffered).toBe(false);
            expect(priceCents).toBeLessThanOrEqual(winner.bidCents);
            expect(priceCents).toBeGreaterThanOrEqual(quotes()[winner.mode].priceCents);
          }
          const winners = result.trace
            .filter(({ outcome }) => outcome === 'CHOSEN')
            .map(({ campaignId }) => campaignId);
          expect(winners.sort()).toEqual(result.chosen.map((one) => one.candidate.campaignId).sort());
          const losers = Object.values(countReasons(result)).reduce((sum, count) => sum + count, 0);
          expect(losers + winners.length).toBe(candidates.length);
        },
      ),
    );
  });
});
