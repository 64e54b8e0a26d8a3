import { bigintAsNumber, Cached, DateTime, OnlyFor, SafeInt, UNTIL_CHANGED } from '@leadgraph/kit';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Currency, HoldStatus } from '../graphql/enums.js';
import type { HoldState } from '../holds/holdStates.js';

@Directive('@key(fields: "id")')
@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@Cached({ maxAge: UNTIL_CHANGED })
@ObjectType({
  description: 'Money set aside for one offer. It fixes the price and outlives the offer’s window by 10 minutes.',
})
@Entity('hold')
export class Hold {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'offer_id' })
  offerId: string;

  @Column('uuid', { name: 'lead_id' })
  leadId: string;

  @Column('uuid', { name: 'agent_id' })
  agentId: string;

  @Column('uuid', { name: 'quote_id' })
  quoteId: string;

  @Field(() => SafeInt)
  @Column('bigint', { name: 'price_cents', transformer: bigintAsNumber })
  priceCents: number;

  @Field(() => HoldStatus)
  @Column('text')
  status: HoldState;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was captured, released or expired.' })
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt: Date | null;

  @Field(() => Currency)
  get currency(): keyof typeof Currency {
    return 'USD';
  }
}
