import type { LeadFacts } from '@leadgraph/schema';

export const filterOperators = ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN', 'AT_LEAST', 'AT_MOST'] as const;
export type FilterOperator = (typeof filterOperators)[number];

/**
 * One condition of a campaign on a fact of the lead, e.g. {field: 'details.vehicles', operator: 'AT_LEAST', values: ['2']}. Values are text
 * and are compared in the fact's own type.
 */
export interface CampaignFilter {
  readonly field: string;
  readonly operator: FilterOperator;
  readonly values: readonly string[];
  /** Whether a lead passes that does not say. */
  readonly allowMissing: boolean;
}

type Fact = string | number | boolean | null | undefined;

/** The facts outside `details` on which a campaign may filter. Details are named `details.<name>`. */
const facts: Readonly<Record<string, (lead: LeadFacts) => Fact>> = {
  ageBand: (lead) => (lead.ageBand === 'UNKNOWN' ? null : lead.ageBand),
  currentCarrier: (lead) => lead.currentCarrier,
  'email.present': (lead) => lead.email.present,
  'email.valid': (lead) => lead.email.valid,
  language: (lead) => lead.language,
  'phone.mobile': (lead) => lead.phone.mobile,
  'phone.valid': (lead) => lead.phone.valid,
  sourceId: (lead) => lead.sourceId,
  sourceName: (lead) => lead.sourceName,
  sourceQuality: (lead) => lead.sourceQuality,
  'address.streetPresent': (lead) => lead.address.streetPresent,
  zip: (lead) => lead.zip,
};

/** The fields on which a campaign may filter besides `details.<name>`. */
export const filterFields: readonly string[] = Object.keys(facts);

/** Whether a filter may name this field. */
export function isFilterField(field: string): boolean {
  return Object.hasOwn(facts, field) || /^details\.[A-Za-z][A-Za-z0-9.]{0,60}$/.test(field);
}

/** Whether the lead keeps one condition. A missing value fails unless the filter allows it. */
export function passesFilter(filter: CampaignFilter, lead: LeadFacts): boolean {
  const fact = factOf(filter.field, lead);
  if (fact === null || fact === undefined) return filter.allowMissing;
  const [first] = filter.values;
  switch (filter.operator) {
    case 'EQUALS':
      return first !== undefined && isSame(fact, first);
    case 'NOT_EQUALS':
      return first !== undefined && !isSame(fact, first);
    case 'IN':
      return filter.values.some((value) => isSame(fact, value));
    case 'NOT_IN':
      return !filter.values.some((value) => isSame(fact, value));
    case 'AT_LEAST':
      return first !== undefined && compare(fact, first) >= 0;
    case 'AT_MOST':
      return first !== undefined && compare(fact, first) <= 0;
  }
}

/** Whether the lead keeps all the conditions. */
export function passesFilters(filters: readonly CampaignFilter[], lead: LeadFacts): boolean {
  return filters.every((filter) => passesFilter(filter, lead));
}

function factOf(field: string, lead: LeadFacts): Fact {
  if (Object.hasOwn(facts, field)) return facts[field]?.(lead);
  const detail = field.startsWith('details.') ? field.slice('details.'.length) : undefined;
  return detail !== undefined && Object.hasOwn(lead.details, detail) ? lead.details[detail] : undefined;
}

function isSame(fact: string | number | boolean, value: string): boolean {
  if (typeof fact === 'number') return fact === toNumber(value);
  if (typeof fact === 'boolean') return String(fact) === value.trim().toLowerCase();
  return fold(fact) === fold(value);
}

/** Negative, zero, positive; not a number (so neither at least nor at most) when the two cannot be compared. */
function compare(fact: string | number | boolean, value: string): number {
  if (typeof fact === 'number') return fact - toNumber(value);
  // Dates and bands are text whose order is their meaning, e.g. 2026-05-01 or 35_44.
  if (typeof fact === 'string') return fact < value ? -1 : fact > value ? 1 : 0;
  return Number.NaN;
}

function toNumber(value: string): number {
  return value.trim() === '' ? Number.NaN : Number(value);
}

function fold(text: string): string {
  return text.trim().toLowerCase();
}
