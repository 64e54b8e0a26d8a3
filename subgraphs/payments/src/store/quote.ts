import {
  bigintAsNumber,
  Cached,
  CachedWithin,
  DateTime,
  ListSize,
  SafeInt,
  SignedIn,
  UNCHANGING,
} from '@leadgraph/kit';
import type { SaleMode as SaleModeValue } from '@leadgraph/schema';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { BreakdownCode, Currency, QuoteKind, SaleMode } from '../graphql/enums.js';
import type { BreakdownCode as BreakdownCodeValue } from '../pricing/breakdown.js';

@CachedWithin()
@ObjectType({ description: 'One step of a price. The amounts of all the lines add up to the price.' })
export class QuoteLine {
  @Field(() => BreakdownCode)
  code: BreakdownCodeValue;

  @Field(() => String, { description: 'What made the step, e.g. HOT, UP_TO_1_HOUR or a surcharge’s code.' })
  reason: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The factor in basis points (10,000 is 1), or a surcharge’s share.',
  })
  basisPoints: number | null;

  @Field(() => SafeInt, { description: 'What the step added to the price; below zero: took off.' })
  amountCents: number;
}

/** A price for a lead. A row never changes; a charge's price is its quote's, held by a foreign key. */
@Directive('@key(fields: "id")')
@SignedIn()
@Cached({ maxAge: UNCHANGING })
@ObjectType({ description: 'A price for a lead, with how it came about. A charge equals its quote to the cent.' })
@Entity('quote')
export class Quote {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'lead_id' })
  leadId: string;

  @Field(() => QuoteKind)
  @Column('text')
  kind: keyof typeof QuoteKind;

  @Field(() => SaleMode)
  @Column('text')
  mode: SaleModeValue;

  @Field(() => SafeInt)
  @Column('bigint', { name: 'price_cents', transformer: bigintAsNumber })
  priceCents: number;

  @ListSize(10)
  @Field(() => [QuoteLine])
  @Column('jsonb')
  breakdown: QuoteLine[];

  @Field(() => String, { description: 'The version of the price rules it was made by.' })
  @Column('text', { name: 'rule_version' })
  ruleVersion: string;

  @Column('uuid', { name: 'base_quote_id', nullable: true })
  baseQuoteId: string | null;

  @Column('uuid', { name: 'offer_id', nullable: true })
  offerId: string | null;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'Until when an offer can be made at this price.' })
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Field(() => Currency)
  get currency(): keyof typeof Currency {
    return 'USD';
  }
}
