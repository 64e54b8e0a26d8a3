import { z } from 'zod';
import { QualificationDecision, QualificationEngine, Tier } from './vocabulary.js';

const JobRef = z.strictObject({ leadId: z.uuid(), jobId: z.uuid() });

export const aiEvents = {
  /** A lead waits to be qualified. */
  'ai.qualification.queued': JobRef,
  'ai.qualification.started': JobRef,
  /** It came to nothing: the lead was withdrawn, or too many workers were lost over it. */
  'ai.qualification.failed': JobRef.extend({ reason: z.string() }),
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
