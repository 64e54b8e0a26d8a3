import { basePriceCents } from './basePriceCents.js';
import type { PriceRules } from './priceRules.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The price rules that hold unless the configuration names others. The factors are the domain reference's. */
export const defaultPriceRules: PriceRules = {
  version: '2026-11.1',
  base: basePriceCents,
  exclusivity: { SHARED: 10_000, EXCLUSIVE: 25_000 },
  tier: { HOT: 13_000, WARM: 10_000, COOL: 7_500, COLD: 5_000 },
  age: [
    { upToSeconds: 5 * MINUTE, reason: 'UP_TO_5_MINUTES', basisPoints: 10_000 },
    { upToSeconds: HOUR, reason: 'UP_TO_1_HOUR', basisPoints: 9_000 },
    { upToSeconds: DAY, reason: 'UP_TO_24_HOURS', basisPoints: 7_000 },
    { upToSeconds: 7 * DAY, reason: 'UP_TO_7_DAYS', basisPoints: 4_000 },
    { upToSeconds: 30 * DAY, reason: 'UP_TO_30_DAYS', basisPoints: 2_000 },
    { upToSeconds: null, reason: 'OLDER', basisPoints: 1_000 },
  ],
  source: {
    unknown: 10_000,
    bands: [
      { atLeast: 0.6, reason: 'PROVEN', basisPoints: 11_000 },
      { atLeast: 0.3, reason: 'USUAL', basisPoints: 10_000 },
      { atLeast: 0.1, reason: 'WEAK', basisPoints: 9_000 },
      { atLeast: 0, reason: 'POOR', basisPoints: 8_000 },
    ],
  },
  surchargeBasisPoints: 1_000,
  surchargeLimitBasisPoints: 5_000,
  surcharges: [
    { code: 'MOBILE_PHONE', conditions: [{ fact: 'phone.mobile', is: 'EQUAL', value: true }] },
    {
      code: 'FULL_CONTACT',
      conditions: [
        { fact: 'phone.valid', is: 'EQUAL', value: true },
        { fact: 'email.valid', is: 'EQUAL', value: true },
        { fact: 'address.streetPresent', is: 'EQUAL', value: true },
      ],
    },
    { code: 'COMPLETE', conditions: [{ fact: 'missingFields', is: 'EMPTY', value: null }] },
    { code: 'SEVERAL_VEHICLES', lines: ['AUTO'], conditions: [{ fact: 'details.vehicles', is: 'AT_LEAST', value: 2 }] },
    {
      code: 'INSURED_FOR_A_YEAR',
      lines: ['AUTO'],
      conditions: [{ fact: 'details.monthsInsured', is: 'AT_LEAST', value: 12 }],
    },
    {
      code: 'POLICY_ENDS_SOON',
      lines: ['AUTO', 'HOME', 'HEALTH', 'COMMERCIAL'],
      conditions: [{ fact: 'details.expiresOn', is: 'WITHIN_DAYS', value: 30 }],
    },
    { code: 'LARGE_HOME', lines: ['HOME'], conditions: [{ fact: 'details.squareFeet', is: 'AT_LEAST', value: 3_000 }] },
    {
      code: 'HIGH_COVERAGE',
      lines: ['LIFE'],
      conditions: [{ fact: 'details.amountCents', is: 'AT_LEAST', value: 50_000_000 }],
    },
    {
      code: 'NO_TOBACCO',
      lines: ['LIFE', 'HEALTH'],
      conditions: [{ fact: 'details.tobacco', is: 'EQUAL', value: false }],
    },
    { code: 'HOUSEHOLD', lines: ['HEALTH'], conditions: [{ fact: 'details.householdSize', is: 'AT_LEAST', value: 2 }] },
    {
      code: 'BOTH_PARTS',
      lines: ['MEDICARE'],
      conditions: [
        { fact: 'details.partA', is: 'EQUAL', value: true },
        { fact: 'details.partB', is: 'EQUAL', value: true },
      ],
    },
  ],
  limits: {
    AUTO: { floorCents: 300, ceilingCents: 11_000 },
    HOME: { floorCents: 300, ceilingCents: 12_000 },
    RENTERS: { floorCents: 150, ceilingCents: 5_000 },
    LIFE: { floorCents: 400, ceilingCents: 15_000 },
    HEALTH: { floorCents: 350, ceilingCents: 12_500 },
    MEDICARE: { floorCents: 500, ceilingCents: 19_000 },
    COMMERCIAL: { floorCents: 500, ceilingCents: 23_000 },
  },
};
