import type { LeadFacts, QualificationDecision, QualificationEngine, Tier } from '@leadgraph/schema';
import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';
import type { FallbackReason } from '../model/modelOutcome.js';
import type { NextAction, Reason } from '../scorecard/verdict.js';

const asNumber: ValueTransformer = { to: (value: number) => value, from: (value: string) => Number(value) };

export type ProjectionStatus = 'ACTIVE' | 'WITHDRAWN';
export type JobStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED';

/** What ai knows of a lead, fed by leads' events. */
@Entity('lead_projection')
export class LeadProjectionRow {
  @PrimaryColumn('uuid', { name: 'lead_id' })
  leadId: string;

  @Column('bigint', { transformer: asNumber })
  version: number;

  @Column('text')
  status: ProjectionStatus;

  @Column('jsonb', { nullable: true })
  facts: LeadFacts | null;

  @Column('integer')
  changes: number;
}

@Entity('qualification')
export class QualificationRow {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'lead_id' })
  leadId: string;

  @Column('smallint')
  score: number;

  @Column('text')
  tier: Tier;

  @Column('text')
  decision: QualificationDecision;

  @Column('jsonb')
  reasons: Reason[];

  @Column('text', { name: 'missing_fields', array: true })
  missingFields: string[];

  @Column('text', { name: 'next_action' })
  nextAction: NextAction;

  @Column('real')
  confidence: number;

  @Column('text')
  engine: QualificationEngine;

  @Column('text', { name: 'fallback_reason', nullable: true })
  fallbackReason: FallbackReason | null;

  @Column('text', { nullable: true })
  model: string | null;

  @Column('text', { name: 'prompt_version' })
  promptVersion: string;

  @Column('text', { name: 'input_hash' })
  inputHash: string;

  @Column('integer', { name: 'prompt_tokens' })
  promptTokens: number;

  @Column('integer', { name: 'completion_tokens' })
  completionTokens: number;

  @Column('integer', { name: 'cost_micros' })
  costMicros: number;

  @Column('integer', { name: 'latency_ms' })
  latencyMs: number;

  @Column('boolean')
  cached: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}

@Entity('qualification_job')
export class QualificationJobRow {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'lead_id' })
  leadId: string;

  @Column('text')
  status: JobStatus;

  @Column('integer')
  attempts: number;

  @Column('timestamptz', { name: 'due_at' })
  dueAt: Date;

  @Column('uuid', { name: 'lease_owner', nullable: true })
  leaseOwner: string | null;

  @Column('uuid', { name: 'qualification_id', nullable: true })
  qualificationId: string | null;

  @Column('text', { nullable: true })
  failure: string | null;

  @Column('integer')
  version: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
