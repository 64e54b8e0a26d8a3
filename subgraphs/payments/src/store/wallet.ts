import { bigintAsNumber, Cached, OnlyFor, SafeInt, UNTIL_CHANGED } from '@leadgraph/kit';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Currency } from '../graphql/enums.js';

/** An agent's money. Its id is its agent's. Only conditional updates of the store change the amounts. */
@Directive('@key(fields: "id")')
@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@Cached({ maxAge: UNTIL_CHANGED })
@ObjectType({ description: 'An agent’s money. available = balance − held + credit limit, and never below zero.' })
@Entity('wallet')
export class Wallet {
  @Field(() => ID, { description: 'The id of the agent.' })
  @PrimaryColumn('uuid', { name: 'agent_id' })
  id: string;

  @Field(() => SafeInt, { description: 'What the platform owes the agent; below zero it is the other way round.' })
  @Column('bigint', { name: 'balance_cents', transformer: bigintAsNumber })
  balanceCents: number;

  @Field(() => SafeInt, { description: 'Set aside for offers that are out.' })
  @Column('bigint', { name: 'held_cents', transformer: bigintAsNumber })
  heldCents: number;

  @Field(() => SafeInt)
  @Column('bigint', { name: 'credit_limit_cents', transformer: bigintAsNumber })
  creditLimitCents: number;

  @Column('bigint', { transformer: bigintAsNumber })
  version: number;

  @Field(() => SafeInt, { description: 'What can be spent now.' })
  get availableCents(): number {
    return this.balanceCents - this.heldCents + this.creditLimitCents;
  }

  @Field(() => Currency)
  get currency(): keyof typeof Currency {
    return 'USD';
  }
}
