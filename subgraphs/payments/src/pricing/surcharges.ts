import type { PricingFacts } from './leadFacts.js';
import type { Condition, PriceRules, Surcharge } from './priceRules.js';

const DAY_MS = 86_400_000;

/** The surcharges of the rules that a lead gets, in the rules' order. */
export function applicableSurcharges(rules: PriceRules, facts: PricingFacts, now: Date): Surcharge[] {
  return rules.surcharges.filter(
    (surcharge) =>
      (surcharge.lines === undefined || surcharge.lines.includes(facts.line)) &&
      surcharge.conditions.every((condition) => holds(condition, factAt(facts, condition.fact), now)),
  );
}

function factAt(facts: PricingFacts, path: string): unknown {
  let value: unknown = facts;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function holds(condition: Condition, fact: unknown, now: Date): boolean {
  if (fact === undefined || fact === null) return false;
  const { is, value } = condition;
  switch (is) {
    case 'EQUAL':
      return fact === value;
    case 'AT_LEAST':
      return typeof fact === 'number' && typeof value === 'number' && fact >= value;
    case 'AT_MOST':
      return typeof fact === 'number' && typeof value === 'number' && fact <= value;
    case 'EMPTY':
      return Array.isArray(fact) && fact.length === 0;
    case 'WITHIN_DAYS':
      return typeof fact === 'string' && typeof value === 'number' && isWithinDays(fact, value, now);
  }
}

/** A date that is today or at most `days` ahead. What is no date is not. */
function isWithinDays(date: string, days: number, now: Date): boolean {
  const ahead = Date.parse(date) - now.getTime();
  return ahead > -DAY_MS && ahead <= days * DAY_MS;
}
