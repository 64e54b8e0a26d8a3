import type { QualificationDecision, Tier } from '@leadgraph/schema';

export const nextActions = ['CALL_NOW', 'SCHEDULE', 'REQUEST_INFO', 'NURTURE', 'REVIEW', 'REJECT'] as const;
export type NextAction = (typeof nextActions)[number];

/** What a reason is about. Both engines use the same codes. */
export const reasonCodes = [
  'CONTACTABILITY',
  'INTENT',
  'COMPLETENESS',
  'PRODUCT_FIT',
  'SOURCE_RECORD',
  'CONSENT',
  'FRAUD_SIGNAL',
  'OVERALL',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

export interface Reason {
  readonly code: ReasonCode;
  /** Points that it adds to the score, or takes away. */
  readonly weight: number;
  readonly text: string;
}

/** What a qualification says about a lead, whichever engine made it. */
export interface Verdict {
  /** 0–100. */
  readonly score: number;
  readonly tier: Tier;
  readonly decision: QualificationDecision;
  readonly reasons: readonly Reason[];
  readonly missingFields: readonly string[];
  readonly nextAction: NextAction;
  /** 0–1, two decimals. */
  readonly confidence: number;
}

/** Where the lines between tiers and decisions are. */
export interface Thresholds {
  readonly hot: number;
  readonly warm: number;
  readonly cool: number;
  /** Least score of a QUALIFIED lead. */
  readonly qualified: number;
  /** Least score of a lead that somebody should look at; below it is DISQUALIFIED. */
  readonly review: number;
}

/** The domain reference's tiers, and decisions that let even a COLD lead be sold when it can be reached. */
export const defaultThresholds: Thresholds = { hot: 80, warm: 60, cool: 40, qualified: 30, review: 20 };

export function tierOf(score: number, { hot, warm, cool }: Thresholds): Tier {
  if (score >= hot) return 'HOT';
  if (score >= warm) return 'WARM';
  return score >= cool ? 'COOL' : 'COLD';
}
