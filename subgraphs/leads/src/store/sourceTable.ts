import { bigintAsNumber } from '@leadgraph/kit';
import { Column, Entity, PrimaryColumn } from 'typeorm';

export const pricingTypes = ['FIXED', 'REVENUE_SHARE'] as const;
export type PricingType = (typeof pricingTypes)[number];

/** Where leads come from: one feed of one partner. */
@Entity('source')
export class SourceRow {
  @PrimaryColumn('uuid')
  id: string;

  @Column('int')
  version: number;

  @Column('text')
  name: string;

  /** The partner's id, which is the `sub` of its identity. */
  @Column('text')
  partner: string;

  @Column('text', { name: 'pricing_type' })
  pricingType: PricingType;

  /** What a lead costs, for FIXED. */
  @Column('bigint', { name: 'pricing_cents', nullable: true, transformer: bigintAsNumber })
  pricingCents: number | null;

  /** The partner's share of the revenue in hundredths of a percent, for REVENUE_SHARE. */
  @Column('int', { name: 'pricing_basis_points', nullable: true })
  pricingBasisPoints: number | null;

  /** The most leads a day (UTC) that are taken; null for no limit. */
  @Column('int', { name: 'daily_cap', nullable: true })
  dailyCap: number | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;
}
