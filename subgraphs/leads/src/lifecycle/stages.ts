import type { LeadStatus } from './leadStatus.js';

/**
 * What a lead has been on its way, as bits of `lead.stages`. A stage once reached stays reached, whatever becomes of the lead later: one that was sold and then erased was sold, and
 * reports count it as sold and as erased. The first six are the funnel; each of them implies those before it, since an event may overtake the one of the stage before.
 */
export const stageBits = {
  received: 1,
  validated: 2,
  qualified: 4,
  offered: 8,
  sold: 16,
  bound: 32,
  rejected: 64,
  duplicate: 128,
  disqualified: 256,
  returned: 512,
  withdrawn: 1024,
  erased: 2048,
} as const;
export type Stage = keyof typeof stageBits;
export const stages = Object.keys(stageBits) as Stage[];

const upTo = (stage: 'received' | 'validated' | 'qualified' | 'offered' | 'sold' | 'bound') => stageBits[stage] * 2 - 1;
/** A lead that is bound has been everything before. */
export const BOUND_STAGES = upTo('bound');

const byStatus: Readonly<Record<LeadStatus, number>> = {
  RECEIVED: upTo('received'),
  VALIDATED: upTo('validated'),
  REJECTED: upTo('received') | stageBits.rejected,
  DUPLICATE: upTo('received') | stageBits.duplicate,
  QUALIFYING: upTo('validated'),
  NEEDS_REVIEW: upTo('validated'),
  DISQUALIFIED: upTo('validated') | stageBits.disqualified,
  QUALIFIED: upTo('qualified'),
  ROUTING: upTo('qualified'),
  QUEUED: upTo('qualified'),
  UNSOLD: upTo('qualified'),
  EXPIRED: upTo('qualified'),
  OFFERED: upTo('offered'),
  SOLD: upTo('sold'),
  RETURNED: upTo('sold') | stageBits.returned,
  WITHDRAWN: upTo('received') | stageBits.withdrawn,
  ERASED: upTo('received') | stageBits.erased,
};

/** The stages that a lead in this status has reached for sure. */
export function stagesAt(status: LeadStatus): number {
  return byStatus[status];
}

/** The stages of `bits` that are not in `before`. */
export function newStages(bits: number, before: number): Stage[] {
  return stages.filter((stage) => (bits & ~before & stageBits[stage]) !== 0);
}
