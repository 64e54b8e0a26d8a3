import { Line, SaleMode, Tier } from '@leadgraph/schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withAuctionPremium } from './auctionPremium.js';
import { sumOfLines } from './breakdown.js';
import { defaultPriceRules } from './defaultPriceRules.js';
import type { PricingFacts } from './leadFacts.js';
import { type PricedLead, priceLead } from './priceLead.js';
import { PriceRules } from './priceRules.js';

const now = new Date('2026-11-20T12:00:00Z');
const rules: PriceRules = {
  ...defaultPriceRules,
  base: { ...defaultPriceRules.base, AUTO: { '*': 1000, TX: 1001 } },
};

const bareFacts: PricingFacts = {
  line: 'AUTO',
  state: 'TX',
  sourceQuality: null,
  ageBand: 'UNKNOWN',
  phone: { present: true, valid: true, mobile: false },
  email: { present: false, valid: false },
  address: { streetPresent: false },
  details: {},
  currentCarrier: null,
  missingFields: ['email'],
};

function lead(change: Partial<Omit<PricedLead, 'facts'>> & { facts?: Partial<PricingFacts> } = {}): PricedLead {
  return { tier: 'WARM', receivedAt: now, ...change, facts: { ...bareFacts, ...change.facts } };
}

function price(change: Parameters<typeof lead>[0] = {}, mode: SaleMode = 'SHARED'): bigint {
  return priceLead(lead(change), mode, rules, now).priceCents;
}

const minutes = (count: number) => new Date(now.getTime() - count * 60_000);

describe('the price of a lead', () => {
  test('a new, warm, shared lead of an unknown source costs its base price', () => {
    expect(price()).toBe(1001n);
    expect(price({ facts: { state: 'PR' } })).toBe(1000n);
  });

  test('every factor is the domain reference’s', () => {
    expect(price({ facts: { state: 'PR' } }, 'EXCLUSIVE')).toBe(2500n);
    const byTier = Tier.options.map((tier) => price({ tier, facts: { state: 'PR' } }));
    expect(byTier).toEqual([1300n, 1000n, 750n, 500n]);
    const ages = [5, 6, 60, 61, 24 * 60, 7 * 24 * 60, 30 * 24 * 60, 31 * 24 * 60];
    expect(ages.map((age) => price({ receivedAt: minutes(age), facts: { state: 'PR' } }))).toEqual([
      1000n,
      900n,
      900n,
      700n,
      700n,
      400n,
      300n, // 200 is below the floor
      300n,
    ]);
  });

  test('rounds once, at the end, half up', () => {
    // 1001 × 2.5 × 0.75 = 1876.875; rounding after each factor would give 1877.25 → 1877 as well, so take one that tells them apart
    expect(price({ tier: 'COOL' }, 'EXCLUSIVE')).toBe(1877n);
    // 1001 × 0.5 × 0.9 = 450.45; after rounding 500.5 up to 501 it would be 450.9 → 451
    expect(price({ tier: 'COLD', receivedAt: minutes(30) })).toBe(450n);
    // 1001 × 0.5 = 500.5
    expect(price({ tier: 'COLD' })).toBe(501n);
  });

  test('a lead from the future counts as new', () => {
    expect(price({ receivedAt: minutes(-10) })).toBe(price());
  });

  test('surcharges are 10 % each and 50 % at most', () => {
    const everything: Partial<PricingFacts> = {
      state: 'PR',
      phone: { present: true, valid: true, mobile: true },
      email: { present: true, valid: true },
      address: { streetPresent: true },
      missingFields: [],
      details: { vehicles: 2, monthsInsured: 12, expiresOn: '2026-12-01' },
    };
    expect(price({ facts: { state: 'PR', details: { vehicles: 2 } } })).toBe(1100n);
    expect(price({ facts: { state: 'PR', details: { vehicles: 1 } } })).toBe(1000n);
    const { priceCents, lines } = priceLead(lead({ facts: everything }), 'SHARED', rules, now);
    expect(priceCents).toBe(1500n);
    const surcharges = lines.filter((line) => line.code === 'SURCHARGE');
    expect(surcharges.map((line) => line.amountCents)).toEqual([100n, 100n, 100n, 100n, 100n, 0n]);
    expect(surcharges.map((line) => line.reason)).toEqual([
      'MOBILE_PHONE',
      'FULL_CONTACT',
      'COMPLETE',
      'SEVERAL_VEHICLES',
      'INSURED_FOR_A_YEAR',
      'POLICY_ENDS_SOON',
    ]);
  });

  test('a surcharge of another line does not apply, nor one whose fact is missing or of another kind', () => {
    expect(price({ facts: { state: 'PR', details: { squareFeet: 4000, vehicles: 'two', expiresOn: 'soon' } } })).toBe(
      1000n,
    );
    expect(price({ facts: { state: 'PR', details: { expiresOn: '2026-10-01' } } })).toBe(1000n);
  });

  test('an auction’s winner pays its bid, with the difference as a line of its own', () => {
    const reserve = priceLead(lead(), 'SHARED', rules, now);
    const won = withAuctionPremium(reserve, 1501n);
    expect(won.priceCents).toBe(1501n);
    expect(won.lines.at(-1)).toMatchObject({ code: 'AUCTION_PREMIUM', amountCents: 500n });
    expect(sumOfLines(won.lines)).toBe(1501n);
    expect(() => withAuctionPremium(reserve, 1001n)).toThrow(RangeError);
  });
});

describe('for any lead', () => {
  const anyFacts = fc.record({
    line: fc.constantFrom(...Line.options),
    state: fc.constantFrom('TX', 'CA', 'NY', 'FL', 'PR'),
    sourceQuality: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    phone: fc.record({ present: fc.constant(true), valid: fc.boolean(), mobile: fc.option(fc.boolean()) }),
    email: fc.record({ present: fc.constant(true), valid: fc.boolean() }),
    address: fc.record({ streetPresent: fc.boolean() }),
    missingFields: fc.constantFrom<string[]>([], ['email']),
    details: fc.dictionary(
      fc.constantFrom(
        'vehicles',
        'monthsInsured',
        'expiresOn',
        'squareFeet',
        'amountCents',
        'tobacco',
        'partA',
        'partB',
      ),
      fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.constant('2026-12-01')),
    ),
  });
  const anyLead = fc.record({
    tier: fc.constantFrom(...Tier.options),
    receivedAt: fc.integer({ min: -3600, max: 90 * 86_400 }).map((age) => new Date(now.getTime() - age * 1000)),
    facts: anyFacts.map((facts): PricingFacts => ({ ...bareFacts, ...facts })),
  });
  const anyMode = fc.constantFrom(...SaleMode.options);

  test('the lines add up to the price, which lies between floor and ceiling', () => {
    fc.assert(
      fc.property(anyLead, anyMode, (lead, mode) => {
        const { priceCents, lines } = priceLead(lead, mode, defaultPriceRules, now);
        const { floorCents, ceilingCents } = defaultPriceRules.limits[lead.facts.line];
        expect(sumOfLines(lines)).toBe(priceCents);
        expect(priceCents).toBeGreaterThanOrEqual(BigInt(floorCents));
        expect(priceCents).toBeLessThanOrEqual(BigInt(ceilingCents));
      }),
    );
  });

  test('a better tier, exclusivity and youth never make it cheaper', () => {
    fc.assert(
      fc.property(anyLead, anyMode, fc.integer({ min: 0, max: 90 * 86_400 }), (lead, mode, older) => {
        const cents = (changed: PricedLead, by: SaleMode = mode) =>
          priceLead(changed, by, defaultPriceRules, now).priceCents;
        const tiers = Tier.options.map((tier) => cents({ ...lead, tier }));
        expect(tiers).toEqual([...tiers].sort((a, b) => (a > b ? -1 : a < b ? 1 : 0)));
        expect(cents(lead, 'EXCLUSIVE')).toBeGreaterThanOrEqual(cents(lead, 'SHARED'));
        const aged = { ...lead, receivedAt: new Date(lead.receivedAt.getTime() - older * 1000) };
        expect(cents(aged)).toBeLessThanOrEqual(cents(lead));
      }),
    );
  });
});

describe('the price rules', () => {
  test('the default ones keep their own schema', () => {
    expect(PriceRules.parse(defaultPriceRules)).toEqual(defaultPriceRules);
  });

  test('rules without an open end, or with a floor above the ceiling, are refused', () => {
    const closed = { ...defaultPriceRules, age: defaultPriceRules.age.slice(0, 2) };
    expect(PriceRules.safeParse(closed).success).toBe(false);
    const crossed = {
      ...defaultPriceRules,
      limits: { ...defaultPriceRules.limits, AUTO: { floorCents: 2, ceilingCents: 1 } },
    };
    expect(PriceRules.safeParse(crossed).success).toBe(false);
  });
});
