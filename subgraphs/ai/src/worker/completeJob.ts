import { emit, inTransaction, onCommit, uuidv7 } from '@leadgraph/kit';
import type { DataSource, EntityManager } from 'typeorm';
import { PROMPT_VERSION } from '../prompt/qualificationPrompt.js';
import type { Qualified, Qualifier } from '../qualify/qualifier.js';
import { queueJob } from '../qualify/queueJob.js';
import type { QualificationRow } from '../store/entities.js';
import { type ClaimedJob, endJob } from '../store/jobs.js';
import { countChange, lockLead } from '../store/leadProjections.js';
import { keepAnswer } from '../store/llmCache.js';
import { insertQualification } from '../store/qualifications.js';
import type { JobSignals } from './jobSignals.js';

interface Completion {
  readonly db: DataSource;
  readonly signals: JobSignals;
  readonly qualifier: Qualifier;
  readonly now: Date;
}

/**
 * Writes the end of a job in one transaction: the qualification, the answer for the cache, the job, and `ai.qualification.completed`. Returns false and
 * writes nothing when the job is not in the worker's hands any more. If newer facts came meanwhile, the lead is queued again.
 */
export async function completeJob(job: ClaimedJob, qualified: Qualified, completion: Completion): Promise<boolean> {
  const { db, signals, qualifier, now } = completion;
  return inTransaction(db, async (tx) => {
    // The lead before the job, as in every other transaction that locks both.
    const lead = await lockLead(tx, job.leadId);
    const row = rowOf(job.leadId, qualified, now);
    const version = await endJob(tx, job, { qualificationId: row.id });
    if (version === null) return false;
    await insertQualification(tx, row);
    const { freshAnswer: answer, inputHash, model } = qualified;
    if (answer && model) await keepAnswer(tx, { inputHash, answer, model, promptVersion: PROMPT_VERSION });
    await emitCompleted(tx, row, [{ __typename: 'QualificationJob', key: job.id, version }]);
    if (lead?.facts && lead.status === 'ACTIVE' && qualifier.hashOf(lead.facts) !== inputHash) {
      await queueJob(tx, job.leadId, { signals });
    }
    onCommit(tx, () => signals.ended(job.id));
    return true;
  });
}

/** Emits `ai.qualification.completed` for a qualification, new or told again. */
export async function emitCompleted(
  tx: EntityManager,
  row: QualificationRow,
  more: { __typename: string; key: string; version: number }[] = [],
): Promise<void> {
  const leadVersion = await countChange(tx, row.leadId);
  await emit(tx, {
    type: 'ai.qualification.completed',
    partitionKey: row.leadId,
    orderKey: row.leadId,
    entities: [
      { __typename: 'Lead', key: row.leadId, version: leadVersion },
      { __typename: 'Qualification', key: row.id, version: 1 },
      ...more,
    ],
    payload: {
      leadId: row.leadId,
      qualificationId: row.id,
      score: row.score,
      tier: row.tier,
      decision: row.decision,
      engine: row.engine,
      reasonCodes: [...new Set(row.reasons.map((reason) => reason.code))],
    },
  });
}

function rowOf(leadId: string, qualified: Qualified, now: Date): QualificationRow {
  const { verdict, engine, fallbackReason, model, inputHash, usage, costMicros, latencyMs, cached } = qualified;
  return {
    id: uuidv7(),
    leadId,
    score: verdict.score,
    tier: verdict.tier,
    decision: verdict.decision,
    reasons: [...verdict.reasons],
    missingFields: [...verdict.missingFields],
    nextAction: verdict.nextAction,
    confidence: verdict.confidence,
    engine,
    fallbackReason,
    model,
    promptVersion: PROMPT_VERSION,
    inputHash,
    promptTokens: usage.promptTokens,
    completionTokens: usage.completionTokens,
    costMicros,
    latencyMs,
    cached,
    createdAt: now,
  };
}
