import { bigintAsNumber } from '@leadgraph/kit';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RoundPlan, TraceEntry } from '../routing/planRound.js';
import type { RoutingState } from '../routing/routingState.js';
import type { PoolStrategy, SaleMode } from '../routing/vocabulary.js';

/** Where the routing of one lead stands (routingState.ts). */
@Entity('routing')
export class Routing {
  @PrimaryColumn('uuid', { name: 'lead_id' })
  leadId: string;

  @Column('text')
  state: RoutingState;

  @Column('int')
  round: number;

  @Column('int', { name: 'last_round' })
  lastRound: number;

  @Column('int')
  step: number;

  @Column('text', { nullable: true })
  mode: SaleMode | null;

  @Column('int', { name: 'max_sales' })
  maxSales: number;

  /** Whether the lead is a test lead; false until the lead is here. */
  @Column('boolean', { name: 'is_test' })
  isTest: boolean;

  @Column('int', { name: 'accepted_count' })
  acceptedCount: number;

  @Column('timestamptz', { name: 'retry_at', nullable: true })
  retryAt: Date | null;

  @Column('timestamptz', { name: 'resend_at', nullable: true })
  resendAt: Date | null;

  @Column('int')
  resends: number;

  @Column('bigint', { transformer: bigintAsNumber })
  version: number;
}

/** One decision of a lead's routing: a round, or the replacement of an offer within it (step > 0). */
@Entity('routing_round')
export class RoutingRound {
  @PrimaryColumn('uuid', { name: 'lead_id' })
  leadId: string;

  @PrimaryColumn('int')
  round: number;

  @PrimaryColumn('int')
  step: number;

  @Column('timestamptz', { name: 'decided_at' })
  decidedAt: Date;

  @Column('text', { nullable: true })
  gate: RoundPlan['gate'];

  @Column('text', { nullable: true })
  mode: SaleMode | null;

  @Column('text')
  strategy: PoolStrategy;

  @Column('bigint', { name: 'exclusive_cents', transformer: bigintAsNumber })
  exclusiveCents: number;

  @Column('bigint', { name: 'shared_cents', transformer: bigintAsNumber })
  sharedCents: number;

  /** Campaigns that were not looked at: those for other lines, and those of the line for other states. */
  @Column('int', { name: 'other_line_count' })
  otherLineCount: number;

  @Column('int', { name: 'other_state_count' })
  otherStateCount: number;

  @Column('jsonb')
  trace: TraceEntry[];
}
