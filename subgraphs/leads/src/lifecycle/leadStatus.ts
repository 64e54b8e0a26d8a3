/**
 * The lead's status machine (domain reference: Lead status).
 *
 *   RECEIVED ─▶ VALIDATED ─▶ QUALIFYING ─▶ QUALIFIED ─▶ ROUTING ─▶ OFFERED ─▶ SOLD ─▶ RETURNED ─▶ ROUTING
 *      │            │             │            ▲           ▲  │       │  ▲ ▲
 *      ├▶ REJECTED  └─────────────┤            │           │  │       │  │ └ a capture that overtook its offer
 *      └▶ DUPLICATE               ├▶ NEEDS_REVIEW          │  ├▶ QUEUED ─┤
 *                                 └▶ DISQUALIFIED ◀┘       │  └▶ UNSOLD ─┴▶ EXPIRED
 *
 *   any ─▶ WITHDRAWN (consent revoked) | ERASED (terminal)
 *
 * Whose step it is: RECEIVED here, in the transaction of the submission; VALIDATED and QUALIFYING wait for ai; NEEDS_REVIEW for an operator;
 * QUALIFIED, ROUTING, OFFERED and QUEUED for agents; UNSOLD for its expiry here. Time limits of the states that this subgraph sweeps stand in
 * `config.ts` (`stuckAfterMs` for VALIDATED and QUALIFYING, `unsoldExpiresAfterMs` for UNSOLD).
 *
 * SOLD stays SOLD while further places are filled or returned, and a new score after QUALIFIED never changes the status.
 *
 * Streams can overtake one another, so the outcome of agents and payments is taken from any state in which the lead is with them: an offer
 * may be heard of before the routing that made it, a capture before its offer. `overtakings` holds exactly these steps.
 */
export const leadStatuses = [
  'RECEIVED',
  'VALIDATED',
  'REJECTED',
  'DUPLICATE',
  'QUALIFYING',
  'QUALIFIED',
  'NEEDS_REVIEW',
  'DISQUALIFIED',
  'ROUTING',
  'OFFERED',
  'QUEUED',
  'UNSOLD',
  'SOLD',
  'RETURNED',
  'EXPIRED',
  'WITHDRAWN',
  'ERASED',
] as const;
export type LeadStatus = (typeof leadStatuses)[number];

/** Steps of the domain reference. */
const steps: Readonly<Record<LeadStatus, readonly LeadStatus[]>> = {
  RECEIVED: ['VALIDATED', 'REJECTED', 'DUPLICATE'],
  VALIDATED: ['QUALIFYING', 'QUALIFIED', 'NEEDS_REVIEW', 'DISQUALIFIED'],
  REJECTED: [],
  DUPLICATE: [],
  QUALIFYING: ['QUALIFIED', 'NEEDS_REVIEW', 'DISQUALIFIED'],
  QUALIFIED: ['ROUTING'],
  NEEDS_REVIEW: ['QUALIFIED', 'DISQUALIFIED'],
  DISQUALIFIED: [],
  ROUTING: ['OFFERED', 'QUEUED', 'UNSOLD'],
  OFFERED: ['SOLD', 'ROUTING', 'QUEUED', 'UNSOLD'],
  QUEUED: ['ROUTING'],
  UNSOLD: ['ROUTING', 'EXPIRED'],
  SOLD: ['RETURNED'],
  RETURNED: ['ROUTING'],
  EXPIRED: [],
  WITHDRAWN: [],
  ERASED: [],
};

/** Steps that skip a state whose event is still under way on another stream. */
const overtakings: Readonly<Partial<Record<LeadStatus, readonly LeadStatus[]>>> = {
  QUALIFIED: ['OFFERED', 'QUEUED', 'UNSOLD', 'SOLD'],
  ROUTING: ['SOLD'],
  QUEUED: ['OFFERED', 'UNSOLD', 'SOLD'],
  UNSOLD: ['OFFERED', 'QUEUED', 'SOLD'],
  RETURNED: ['OFFERED', 'QUEUED', 'UNSOLD', 'SOLD'],
  EXPIRED: ['SOLD'],
};

/** Whether a lead may go from one status to another. */
export function canBecome(from: LeadStatus, to: LeadStatus): boolean {
  if (to === 'ERASED') return from !== 'ERASED';
  if (to === 'WITHDRAWN') return from !== 'WITHDRAWN' && from !== 'ERASED';
  return steps[from].includes(to) || (overtakings[from]?.includes(to) ?? false);
}

/** All statuses that a lead may go to from here. */
export function successorsOf(from: LeadStatus): LeadStatus[] {
  return leadStatuses.filter((to) => canBecome(from, to));
}
