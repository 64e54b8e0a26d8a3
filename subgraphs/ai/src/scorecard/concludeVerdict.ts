import type { QualificationDecision } from '@leadgraph/schema';
import type { QualificationInput } from '../facts/qualificationInput.js';
import { type NextAction, type Reason, type Thresholds, tierOf, type Verdict } from './verdict.js';

/** What an engine says before the rules that bind both are applied. */
export interface Assessment {
  readonly score: number;
  readonly reasons: readonly Reason[];
  readonly missingFields: readonly string[];
  readonly confidence: number;
  /** The engine's own decision and action; derived from the score when it has none. */
  readonly decision?: QualificationDecision;
  readonly nextAction?: NextAction;
}

/**
 * Makes a verdict of an assessment. Two rules stand above either engine: without live consent, and without any way to reach the person,
 * a lead is DISQUALIFIED whatever its score. Text that talks to the model is never QUALIFIED unseen.
 */
export function concludeVerdict(assessment: Assessment, input: QualificationInput, thresholds: Thresholds): Verdict {
  const { score } = assessment;
  const reasons = [...assessment.reasons];
  let decision = assessment.decision ?? decisionOf(score, thresholds);
  if (decision === 'QUALIFIED' && reasons.some((reason) => reason.code === 'FRAUD_SIGNAL' && reason.weight <= -20)) {
    decision = 'NEEDS_REVIEW';
  }
  if (!input.phone.valid && !input.email.valid) decision = 'DISQUALIFIED';
  if (!input.consentLive) {
    decision = 'DISQUALIFIED';
    if (!reasons.some((reason) => reason.code === 'CONSENT')) {
      reasons.push({
        code: 'CONSENT',
        weight: 0,
        text: 'There is no live consent, so nobody may contact this person.',
      });
    }
  }
  const kept = decision === assessment.decision ? assessment.nextAction : undefined;
  return {
    score,
    tier: tierOf(score, thresholds),
    decision,
    reasons,
    missingFields: assessment.missingFields,
    nextAction: kept ?? nextActionOf(decision, score, input, thresholds),
    confidence: assessment.confidence,
  };
}

function decisionOf(score: number, thresholds: Thresholds): QualificationDecision {
  if (score >= thresholds.qualified) return 'QUALIFIED';
  return score >= thresholds.review ? 'NEEDS_REVIEW' : 'DISQUALIFIED';
}

function nextActionOf(
  decision: QualificationDecision,
  score: number,
  input: QualificationInput,
  thresholds: Thresholds,
): NextAction {
  if (decision === 'DISQUALIFIED') return 'REJECT';
  if (decision === 'NEEDS_REVIEW') return 'REVIEW';
  const callable = input.phone.valid && input.openChannels.includes('PHONE');
  if (score >= thresholds.hot && callable) return 'CALL_NOW';
  if (input.missingFields.length > 2) return 'REQUEST_INFO';
  return score >= thresholds.warm ? 'SCHEDULE' : 'NURTURE';
}
