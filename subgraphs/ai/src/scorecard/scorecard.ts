import type { QualificationInput } from '../facts/qualificationInput.js';
import { completeness, contactability, fraudSignals, intent, productFit, sourceRecord } from './components.js';
import { concludeVerdict } from './concludeVerdict.js';
import type { Thresholds, Verdict } from './verdict.js';

/**
 * Scores a lead without a model: contactability 25, intent and expiry 25, completeness 20, product fit 20, source record 10, less a
 * fraud penalty (domain reference, "ai"). Deterministic: it depends on the input and the thresholds alone. It is about intent and
 * contactability, not about risk.
 */
export function scoreByCard(input: QualificationInput, thresholds: Thresholds): Verdict {
  const reasons = [
    contactability(input),
    intent(input),
    completeness(input),
    productFit(input),
    sourceRecord(input),
    ...fraudSignals(input),
  ];
  const sum = reasons.reduce((total, reason) => total + reason.weight, 0);
  return concludeVerdict(
    {
      score: Math.max(0, Math.min(100, sum)),
      reasons,
      missingFields: input.missingFields,
      confidence: confidenceIn(input),
    },
    input,
    thresholds,
  );
}

/** Less is known, less is certain: 0.08 for each missing field, 0.1 without a record of the source, 0.05 without free text. */
function confidenceIn({ missingFields, sourceQuality, notes }: QualificationInput): number {
  const unknown = 0.08 * missingFields.length + (sourceQuality === null ? 0.1 : 0) + (notes === null ? 0.05 : 0);
  return Math.max(0.2, Math.round((0.85 - unknown) * 100) / 100);
}
