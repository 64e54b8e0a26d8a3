import { describe, expect, it } from 'vitest';
import { demoBars } from './demoFigures.ts';
import { demoTable } from './demoTable.ts';
import { figuresOf } from './figuresOf.ts';
import { generateLeads } from './generateLeads.ts';
import type { PostedLead } from './postLeads.ts';
import type { RunLead, RunOffer, RunState } from './runState.ts';

const offer = (id: string, changes: Partial<RunOffer> = {}): RunOffer => ({
  id,
  status: 'ACCEPTED',
  settlement: 'SETTLED',
  mode: 'SHARED',
  priceCents: 2_500,
  hold: { status: 'CAPTURED' },
  ...changes,
});
const lead = (id: string, changes: Partial<RunLead> = {}): RunLead => ({
  id,
  externalId: `x-${id}`,
  status: 'UNSOLD',
  tier: 'WARM',
  retryAt: null,
  problems: [],
  buyers: [],
  offers: [],
  routing: null,
  ...changes,
});
const sold = lead('sold', { status: 'SOLD', buyers: [{ offerId: 'o1', priceCents: 2_500 }], offers: [offer('o1')] });
const charge = { id: 'c1', priceCents: 2_500, offer: { id: 'o1' }, lead: { id: 'sold' }, quote: { priceCents: 2_500 } };
const good: RunState = { leads: [sold], charges: [charge], postingsSumCents: 0 };
const times = { run: 0, elapsedMs: 2_000 };
const missed = (state: Partial<RunState>, posted: PostedLead[] = []) =>
  demoBars(figuresOf(posted, { ...good, ...state }, times))
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);

describe('the bars of a run', () => {
  it('are kept by a lead that was sold, charged once, at its quote', () => {
    expect(missed({})).toEqual([]);
  });

  it.each<[string, Partial<RunState>, string]>([
    ['a sale without a charge', { charges: [] }, 'salesNotChargedOnce'],
    ['two charges of one offer', { charges: [charge, { ...charge, id: 'c2' }] }, 'salesNotChargedOnce'],
    ['a charge without a sale', { leads: [lead('sold')] }, 'salesNotChargedOnce'],
    [
      'a sale at another price',
      { charges: [{ ...charge, priceCents: 1, quote: { priceCents: 1 } }] },
      'salesNotChargedOnce',
    ],
    ['a charge unlike its quote', { charges: [{ ...charge, quote: { priceCents: 2_400 } }] }, 'chargesUnlikeQuote'],
    ['postings that do not add up', { postingsSumCents: 5 }, 'postingsSumCents'],
    ['a lead on its way', { leads: [sold, lead('a', { status: 'ROUTING' })] }, 'stuck'],
    ['a lead queued for ever', { leads: [sold, lead('a', { status: 'QUEUED' })] }, 'stuck'],
    [
      'an open offer of a sold lead',
      { leads: [{ ...sold, offers: [offer('o1'), offer('o2', { status: 'OFFERED' })] }] },
      'stuck',
    ],
    ['a sale that is not settled', { leads: [{ ...sold, offers: [offer('o1', { settlement: 'PENDING' })] }] }, 'stuck'],
    [
      'a sold lead whose other places are being offered',
      { leads: [{ ...sold, routing: { state: 'OFFERING', rounds: [] } }] },
      'stuck',
    ],
    [
      'money that is still set aside',
      { leads: [{ ...sold, offers: [offer('o1'), offer('o2', { status: 'EXPIRED', hold: { status: 'HELD' } })] }] },
      'stuck',
    ],
  ])('are missed by %s', (_name, state, bar) => {
    expect(missed(state)).toEqual([bar]);
  });

  it('are missed by a submission whose lead is not there', () => {
    const [submitted] = generateLeads({ count: 1 });
    if (!submitted) throw new Error('no lead');
    expect(missed({}, [{ lead: submitted, outcome: { kind: 'STORED', leadId: 'gone' } }])).toEqual(['lost']);
  });
});

describe('the figures', () => {
  it('count by code, tier, status and the reason that kept buyers away', () => {
    const leads = [
      sold,
      lead('r', { status: 'REJECTED', tier: null, problems: [{ code: 'ZIP_UNKNOWN' }, { code: 'PHONE_INVALID' }] }),
      lead('q', { status: 'QUEUED', retryAt: '2026-11-02T14:00:00Z' }),
      lead('u', {
        routing: {
          state: 'UNSOLD',
          rounds: [
            {
              gate: null,
              reasons: [
                { reason: 'SCORE', campaigns: 1 },
                { reason: 'BID', campaigns: 3 },
              ],
            },
          ],
        },
      }),
    ];
    const figures = figuresOf([], { ...good, leads }, times);
    expect(figures).toMatchObject({
      received: 4,
      rejectedByCode: { ZIP_UNKNOWN: 1, PHONE_INVALID: 1 },
      qualifiedByTier: { WARM: 3 },
      soldByMode: { SHARED: 1 },
      unsoldByReason: { BID: 1 },
      queued: 1,
      stuck: [],
      revenueCents: 2_500,
      leadsPerSecond: 2,
    });
    const table = demoTable(figures, demoBars(figures));
    expect(table).toContain('$25.00');
    expect(table).toMatch(/stuck\s+│\s+0/);
  });
});
