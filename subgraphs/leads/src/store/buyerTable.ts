import { bigintAsNumber } from '@leadgraph/kit';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A sold place of a lead; from `soldAt` on the agent sees the contact. One for each captured offer. */
@Entity('lead_buyer')
export class BuyerRow {
  @PrimaryColumn('uuid', { name: 'offer_id' })
  offerId: string;

  @Column('uuid', { name: 'lead_id' })
  leadId: string;

  @Column('uuid', { name: 'agent_id' })
  agentId: string;

  @Column('uuid', { name: 'charge_id' })
  chargeId: string;

  @Column('bigint', { name: 'price_cents', transformer: bigintAsNumber })
  priceCents: number;

  /** The partner's share of the price, where the lead's source is paid by one (`lead.cost_basis_points`). */
  @Column('bigint', { name: 'cost_cents', transformer: bigintAsNumber })
  costCents: number;

  /** Which sale of the lead this was: 1, 2, … */
  @Column('smallint', { name: 'sale_number' })
  saleNumber: number;

  @Column({ type: 'timestamptz', name: 'sold_at', precision: 3 })
  soldAt: Date;

  /** When the agent's assignment became BOUND: the policy is sold. */
  @Column({ type: 'timestamptz', name: 'bound_at', precision: 3, nullable: true })
  boundAt: Date | null;

  /** When the agent's assignment became RETURNED: it gives the lead back. */
  @Column({ type: 'timestamptz', name: 'returned_at', precision: 3, nullable: true })
  returnedAt: Date | null;
}
