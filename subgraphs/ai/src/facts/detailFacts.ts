import type { LeadFacts, Line } from '@leadgraph/schema';
import { redactText } from '../redaction/redactText.js';

type DetailValue = string | number | boolean | null;

/**
 * The details of a line that say something about what is wanted. Everything else is left out: what tells of risk (incidents, claims, tobacco),
 * of income, or of a protected attribute. A new detail is unknown here, and so unused, until it is added deliberately.
 */
const relevantDetails: Readonly<Record<Line, readonly string[]>> = {
  AUTO: ['drivers', 'vehicles', 'monthsInsured'],
  HOME: ['propertyType', 'yearBuilt', 'squareFeet'],
  RENTERS: ['propertyType', 'personalPropertyCents'],
  LIFE: ['productType', 'amountCents', 'termYears'],
  HEALTH: ['householdSize', 'qualifyingEvent'],
  MEDICARE: ['productType', 'partA', 'partB'],
  COMMERCIAL: ['industry', 'employees', 'yearsInBusiness', 'coverages'],
};

/** The line's relevant details that are known, in the order of their names. Words that a person typed are redacted. */
export function relevantDetailsOf(facts: LeadFacts): Record<string, DetailValue> {
  const known = Object.entries(facts.details)
    .filter(
      ([name, value]) =>
        relevantDetails[facts.line].includes(name) && value !== null && value !== '' && !isNone(name, value),
    )
    .map(([name, value]): [string, DetailValue] => [name, typeof value === 'string' ? redactText(value, 100) : value]);
  return Object.fromEntries(known.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A list that was left empty arrives as a count of 0. */
function isNone(name: string, value: DetailValue): boolean {
  return value === 0 && ['drivers', 'vehicles', 'coverages'].includes(name);
}

/** When new cover is needed: the end of the present one, or the day of moving in. */
const expiryNames = ['expiresOn', 'moveInOn', 'daysToExpiry'];
const MS_PER_DAY = 86_400_000;

/**
 * Whole days from the lead's arrival until cover is needed; negative when that has passed, null when unknown. Counted from the arrival,
 * not from now, so that the same lead always gives the same input.
 */
export function daysToExpiryOf(facts: LeadFacts): number | null {
  for (const name of expiryNames) {
    const value = facts.details[name];
    if (typeof value === 'number') return Math.round(value);
    if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(value)) continue;
    const days = (Date.parse(value.slice(0, 10)) - Date.parse(facts.receivedAt.slice(0, 10))) / MS_PER_DAY;
    if (Number.isFinite(days)) return Math.round(days);
  }
  return null;
}
