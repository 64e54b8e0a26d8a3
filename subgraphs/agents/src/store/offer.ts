import { bigintAsNumber, Cached, DateTime, OnlyFor, SafeInt, UNTIL_CHANGED } from '@leadgraph/kit';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { CancelReasonEnum, OfferStatusEnum, SaleModeEnum, SettlementEnum } from '../graphql/enums.js';
import type { CancelReason, OfferStatus, Settlement } from '../offers/offerStatus.js';
import type { CapBuckets } from '../routing/caps.js';
import type { SaleMode } from '../routing/vocabulary.js';

@Directive('@key(fields: "id")')
@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@Cached({ maxAge: UNTIL_CHANGED })
@ObjectType({ description: 'A lead offered to an agent at a price, for a limited time.' })
@Entity('offer')
export class Offer {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'lead_id' })
  leadId: string;

  @Column('uuid', { name: 'agent_id' })
  agentId: string;

  @Column('uuid', { name: 'campaign_id' })
  campaignId: string;

  @Field(() => Int, { description: 'The round of routing in which it was made.' })
  @Column('int')
  round: number;

  @Field(() => SaleModeEnum)
  @Column('text')
  mode: SaleMode;

  @Field(() => OfferStatusEnum)
  @Column('text')
  status: OfferStatus;

  @Field(() => SettlementEnum)
  @Column('text')
  settlement: Settlement;

  @Field(() => CancelReasonEnum, { nullable: true })
  @Column('text', { name: 'cancel_reason', nullable: true })
  cancelReason: CancelReason | null;

  @Field(() => String, { nullable: true, description: 'What the agent said when it rejected the offer.' })
  @Column('text', { name: 'reject_reason', nullable: true })
  rejectReason: string | null;

  /** Why payments did not hold the money. */
  @Field(() => String, { nullable: true, description: 'Why no money was held, e.g. FUNDS.' })
  @Column('text', { nullable: true })
  refusal: string | null;

  @Column('uuid', { name: 'quote_id' })
  quoteId: string;

  @Field(() => SafeInt, { description: 'What the agent pays: the quote’s price.' })
  @Column('bigint', { name: 'price_cents', transformer: bigintAsNumber })
  priceCents: number;

  @Column('boolean', { name: 'auto_accept' })
  autoAccept: boolean;

  /** The periods in which the campaign's caps were used, so that exactly these are given back. */
  @Column('jsonb', { name: 'cap_buckets' })
  capBuckets: CapBuckets;

  @Column('timestamptz', { name: 'window_ends_at' })
  windowEndsAt: Date;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'reserved_at' })
  reservedAt: Date;

  @Field(() => DateTime, { nullable: true })
  @Column('timestamptz', { name: 'offered_at', nullable: true })
  offeredAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Until when it can be accepted.' })
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  /** Stays when the capture fails later. */
  @Column('timestamptz', { name: 'accepted_at', nullable: true })
  acceptedAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was accepted, rejected, expired or cancelled.' })
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt: Date | null;

  /** When the sweeper announces the state again if nothing happens. */
  @Column('timestamptz', { name: 'resend_at', nullable: true })
  resendAt: Date | null;

  @Column('int')
  resends: number;

  @Column('int')
  version: number;
}
