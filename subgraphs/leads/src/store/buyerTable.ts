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

  @Column('bigint', { name: 'price_cents', transformer: { from: Number, to: (value: unknown) => value } })
  priceCents: number;

  /** Which sale of the lead this was: 1, 2, … */
  @Column('smallint', { name: 'sale_number' })
  saleNumber: number;

  @Column({ type: 'timestamptz', name: 'sold_at', precision: 3 })
  soldAt: Date;

  /** When the agent's assignment became BOUND: the policy is sold. */
  @Column({ type: 'timestamptz', name: 'bound_at', precision: 3, nullable: true })
  boundAt: Date | null;
}
