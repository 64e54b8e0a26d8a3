import { z } from 'zod';
import { nextActions, reasonCodes } from '../scorecard/verdict.js';

/**
 * What the model has to answer. The same definition is sent as a strict JSON schema and checks the answer again afterwards:
 * a proxy, another model or a cut-off answer may not keep it.
 */
export const ModelAnswer = z.strictObject({
  score: z
    .number()
    .int()
    .min(0)
    .max(100)
    .describe('0 to 100: how likely this person buys, judged by intent and contactability alone'),
  decision: z.enum(['QUALIFIED', 'NEEDS_REVIEW', 'DISQUALIFIED']),
  reasons: z
    .array(
      z.strictObject({
        code: z.enum(reasonCodes),
        weight: z.number().int().min(-100).max(100).describe('points that this adds to the score or takes away'),
        text: z.string().describe('one short sentence for the agent who reads it'),
      }),
    )
    .min(1)
    .max(8),
  missingFields: z.array(z.string()).max(50).describe('those of the given missingFields that an agent should ask for'),
  nextAction: z.enum(nextActions),
  confidence: z.number().min(0).max(1),
});
export type ModelAnswer = z.infer<typeof ModelAnswer>;

export const ANSWER_NAME = 'lead_qualification';

/** The answer's JSON schema as structured outputs take it. */
export const answerJsonSchema: Record<string, unknown> = (() => {
  const { $schema: _, ...schema } = z.toJSONSchema(ModelAnswer);
  return schema;
})();
