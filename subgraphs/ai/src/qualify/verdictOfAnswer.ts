import type { QualificationInput } from '../facts/qualificationInput.js';
import type { ModelAnswer } from '../prompt/modelAnswer.js';
import { redactText } from '../redaction/redactText.js';
import { fraudSignals } from '../scorecard/components.js';
import { concludeVerdict } from '../scorecard/concludeVerdict.js';
import type { Thresholds, Verdict } from '../scorecard/verdict.js';

const LONGEST_TEXT = 300;

/**
 * Makes a verdict of what the model answered. Its texts are redacted once more, for a model may repeat what it read; fields that it
 * invented are dropped; and the rules that no model may overrule are applied, the fraud signals found without it among them.
 */
export function verdictOfAnswer(answer: ModelAnswer, input: QualificationInput, thresholds: Thresholds): Verdict {
  const reasons = answer.reasons.map((reason) => ({ ...reason, text: redactText(reason.text, LONGEST_TEXT) }));
  const found = fraudSignals(input).filter((signal) => signal.weight <= -20);
  const unseen = reasons.some((reason) => reason.code === 'FRAUD_SIGNAL') ? [] : found;
  return concludeVerdict(
    {
      score: answer.score,
      reasons: [...reasons, ...unseen],
      missingFields: answer.missingFields.filter((field) => input.missingFields.includes(field)),
      confidence: Math.round(answer.confidence * 100) / 100,
      decision: answer.decision,
      nextAction: answer.nextAction,
    },
    input,
    thresholds,
  );
}
