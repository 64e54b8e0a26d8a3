/**
 * The life of an offer (domain reference, "agents", Offer):
 *
 *     RESERVED ──held──► OFFERED ──accept──► ACCEPTED ──capture failed──► CANCELLED(CAPTURE_FAILED)
 *        │                 ├──reject──► REJECTED
 *        │                 ├──window over──► EXPIRED
 *        │                 └──places taken, lead withdrawn, hold ended──► CANCELLED(TAKEN | WITHDRAWN | NO_HOLD)
 *        └──hold refused, places taken, lead withdrawn──► CANCELLED(NO_HOLD | TAKEN | WITHDRAWN)
 *
 * RESERVED  the campaign's caps are used, payments is asked to hold the money.
 *           Time limit: the reservation is announced again (same offer, payments answers again).
 * OFFERED   the agent may accept until `expiresAt`. Time limit: the window; the sweeper makes it EXPIRED, and an accept after it is refused
 *           even before that.
 * ACCEPTED  a place of the lead is taken. `settlement` says how far the sale is: PENDING until the lead is sold (SETTLED).
 *           Time limit: the acceptance is announced again.
 * REJECTED, EXPIRED, CANCELLED are final. They give back what was used of the campaign's caps.
 */
export const offerStatuses = ['RESERVED', 'OFFERED', 'ACCEPTED', 'REJECTED', 'EXPIRED', 'CANCELLED'] as const;
export type OfferStatus = (typeof offerStatuses)[number];

export const cancelReasons = ['NO_HOLD', 'TAKEN', 'WITHDRAWN', 'CAPTURE_FAILED'] as const;
export type CancelReason = (typeof cancelReasons)[number];

export const settlements = ['NONE', 'PENDING', 'SETTLED', 'FAILED'] as const;
export type Settlement = (typeof settlements)[number];

const transitions: Readonly<Record<OfferStatus, readonly OfferStatus[]>> = {
  RESERVED: ['OFFERED', 'CANCELLED'],
  OFFERED: ['ACCEPTED', 'REJECTED', 'EXPIRED', 'CANCELLED'],
  ACCEPTED: ['CANCELLED'],
  REJECTED: [],
  EXPIRED: [],
  CANCELLED: [],
};

/** Whether an offer may go from one status to another. */
export function canBecome(from: OfferStatus, to: OfferStatus): boolean {
  return transitions[from].includes(to);
}

/** Waiting for payments or for the agent: counts against what may be out at the same time. */
export const waitingStatuses = ['RESERVED', 'OFFERED'] as const satisfies readonly OfferStatus[];

/** Whether the offer still waits for payments or for its agent. */
export function isWaiting(status: OfferStatus): boolean {
  return status === 'RESERVED' || status === 'OFFERED';
}

/** Whether nothing more can happen to it. */
export function isFinal(status: OfferStatus): boolean {
  return transitions[status].length === 0;
}
