/**
 * The states of the money behind an offer.
 *
 *   Hold     HELD ──accepted──▶ CAPTURED
 *             ├──rejected, expired, cancelled──▶ RELEASED
 *             └──10 minutes after its offer's window──▶ EXPIRED        (sweeper `expire-holds`)
 *
 *   Charge   CAPTURED ──▶ PARTIALLY_REFUNDED ──▶ REFUNDED
 *             └─────────────────────────────────▶ REFUNDED
 *
 * A hold is made for an offer at most once (unique offer_id) and ends at most once: each transition is one conditional update on the state it
 * leaves. A hold past its time that the sweeper has not seen yet is still HELD and can be captured: its money is still set aside.
 *
 * Offer events can come late, twice or, when one was a dead letter and is replayed, in another order. What payments knows of an offer stands in
 * `offer_projection`, whose row every handler locks first:
 *
 *   reserved   hold there            → answered again: held, or refused (OFFER_ENDED) when it was released or expired since
 *              refused before        → refused again, for the same reason
 *              offer already ended   → refused (OFFER_ENDED)
 *              else                  → held | refused (QUOTE_UNKNOWN, QUOTE_EXPIRED, WALLET_UNKNOWN, FUNDS)
 *   accepted   charged before        → captured again, nothing is charged
 *              failed before         → failed again, for the same reason
 *              hold HELD             → captured
 *              else                  → failed (HOLD_MISSING, HOLD_RELEASED, HOLD_EXPIRED)
 *   rejected, expired, cancelled
 *              hold HELD             → released
 *              else                  → remembered: the offer has ended
 */
export const holdStatuses = ['HELD', 'CAPTURED', 'RELEASED', 'EXPIRED'] as const;
export type HoldState = (typeof holdStatuses)[number];

export const holdTransitions: Readonly<Record<HoldState, readonly HoldState[]>> = {
  HELD: ['CAPTURED', 'RELEASED', 'EXPIRED'],
  CAPTURED: [],
  RELEASED: [],
  EXPIRED: [],
};

export const chargeStatuses = ['CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED'] as const;
export type ChargeState = (typeof chargeStatuses)[number];

export const chargeTransitions: Readonly<Record<ChargeState, readonly ChargeState[]>> = {
  CAPTURED: ['PARTIALLY_REFUNDED', 'REFUNDED'],
  PARTIALLY_REFUNDED: ['REFUNDED'],
  REFUNDED: [],
};

/** The states that may be left for `to`; what a conditional update compares with. */
export function statesBefore<S extends string>(transitions: Readonly<Record<S, readonly S[]>>, to: S): S[] {
  return (Object.keys(transitions) as S[]).filter((from) => transitions[from].includes(to));
}
