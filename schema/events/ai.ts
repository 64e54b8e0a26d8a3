import { z } from 'zod';
import { QualificationDecision, QualificationEngine, Tier } from './vocabulary.js';

export const aiEvents = {
  'ai.qualification.started': z.strictObject({ leadId: z.uuid(), jobId: z.uuid() }),
  'ai.qualification.completed': z.strictObject({
    leadId: z.uuid(),
    qualificationId: z.uuid(),
    score: z.number().int().min(0).max(100),
    tier: Tier,
    decision: QualificationDecision,
    engine: QualificationEngine,
    reasonCodes: z.array(z.string()),
  }),
} as const;
