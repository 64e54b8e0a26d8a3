import { bigintAsNumber } from '@leadgraph/kit';
import type { AgeBand, Line, Tier } from '@leadgraph/schema';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DetailsMember } from '../details/detailsSchema.js';
import type { LeadStatus } from '../lifecycle/leadStatus.js';
import type { Problem } from '../validation/problem.js';

/** A line's details as they are kept readable: without VINs, names and free text, which are in the sealed person. */
export interface StoredDetails {
  member: DetailsMember;
  values: Record<string, unknown>;
}

/**
 * A lead. Partitioned by month on its UUIDv7 id, whose time is `receivedAt` to the millisecond. Nothing here tells who the person is
 * but `sealed`, which opens only with the lead's own key (`wrappedKey`, itself wrapped by the master key `keyId`).
 */
@Entity('lead')
export class LeadRow {
  @PrimaryColumn('uuid')
  id: string;

  /** Grows by one with each change; the version of the entity `Lead` in events. */
  @Column('int')
  version: number;

  @Column('text')
  status: LeadStatus;

  @Column('uuid', { name: 'source_id' })
  sourceId: string;

  @Column('text', { name: 'external_id', nullable: true })
  externalId: string | null;

  @Column('text')
  line: Line;

  @Column('text', { nullable: true })
  city: string | null;

  /** Two letters; null when a rejected submission named none that exists. */
  @Column('text', { nullable: true })
  state: string | null;

  @Column('text', { nullable: true })
  zip: string | null;

  @Column('text', { name: 'time_zone', nullable: true })
  timeZone: string | null;

  @Column('text')
  language: string;

  @Column('text', { name: 'age_band' })
  ageBand: AgeBand;

  @Column('jsonb', { nullable: true })
  details: StoredDetails | null;

  /** Why a REJECTED lead was rejected. */
  @Column('jsonb', { nullable: true })
  problems: Problem[] | null;

  @Column('smallint', { nullable: true })
  score: number | null;

  @Column('text', { nullable: true })
  tier: Tier | null;

  /** The stages of the funnel that it has ever reached, as bits (`lifecycle/stages.ts`). */
  @Column('smallint')
  stages: number;

  /** What it cost when it was accepted: the source's price then, 0 where its partner gets a share. Null for what was not accepted, or before this was kept. */
  @Column('bigint', { name: 'cost_cents', nullable: true, transformer: bigintAsNumber })
  costCents: number | null;

  /** The partner's share of each sale's price in hundredths of a percent, agreed when it was accepted; null where there is none. */
  @Column('int', { name: 'cost_basis_points', nullable: true })
  costBasisPoints: number | null;

  @Column('smallint', { name: 'max_sales' })
  maxSales: number;

  @Column('smallint', { name: 'sold_count' })
  soldCount: number;

  @Column('uuid', { name: 'duplicate_of', nullable: true })
  duplicateOfId: string | null;

  @Column('uuid', { name: 'household_id', nullable: true })
  householdId: string | null;

  @Column('boolean', { name: 'is_test' })
  isTest: boolean;

  @Column({ type: 'timestamptz', name: 'received_at', precision: 3 })
  receivedAt: Date;

  @Column({ type: 'timestamptz', name: 'status_changed_at', precision: 3 })
  statusChangedAt: Date;

  /** When this subgraph's sweeper has to look at the lead; null while it is somebody else's turn. */
  @Column({ type: 'timestamptz', name: 'due_at', precision: 3, nullable: true })
  dueAt: Date | null;

  /** When agents will route a QUEUED lead again. */
  @Column({ type: 'timestamptz', name: 'retry_at', precision: 3, nullable: true })
  retryAt: Date | null;

  /** When the last event of agents that changed this lead occurred; what is older has been overtaken. */
  @Column({ type: 'timestamptz', name: 'routing_heard_at', precision: 3, nullable: true })
  routingHeardAt: Date | null;

  @Column('bytea', { name: 'phone_hash', nullable: true })
  phoneHash: Buffer | null;

  @Column('bytea', { name: 'email_hash', nullable: true })
  emailHash: Buffer | null;

  @Column('text', { name: 'key_id', nullable: true })
  keyId: string | null;

  @Column('bytea', { name: 'wrapped_key', nullable: true })
  wrappedKey: Buffer | null;

  @Column('bytea', { nullable: true })
  sealed: Buffer | null;
}
