import { bigintAsNumber, Cached, DateTime, OnlyFor, SafeInt, UNTIL_CHANGED } from '@leadgraph/kit';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ChargeStatus, Currency } from '../graphql/enums.js';
import type { ChargeState } from '../holds/holdStates.js';

@Directive('@key(fields: "id")')
@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@Cached({ maxAge: UNTIL_CHANGED })
@ObjectType({ description: 'What an agent paid for a lead: one an accepted offer, to the cent its quote’s price.' })
@Entity('charge')
export class Charge {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'offer_id' })
  offerId: string;

  @Column('uuid', { name: 'hold_id' })
  holdId: string;

  @Column('uuid', { name: 'lead_id' })
  leadId: string;

  @Column('uuid', { name: 'agent_id' })
  agentId: string;

  @Column('uuid', { name: 'quote_id' })
  quoteId: string;

  @Field(() => SafeInt)
  @Column('bigint', { name: 'price_cents', transformer: bigintAsNumber })
  priceCents: number;

  @Field(() => ChargeStatus)
  @Column('text')
  status: ChargeState;

  @Field(() => Boolean, { description: 'Whether the lead was a test; reports leave those out.' })
  @Column('boolean', { name: 'is_test' })
  isTest: boolean;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'captured_at' })
  capturedAt: Date;

  @Field(() => Currency)
  get currency(): keyof typeof Currency {
    return 'USD';
  }
}
