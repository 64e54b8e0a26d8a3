import {
  bigintAsNumber,
  Cached,
  CachedWithin,
  DateTime,
  ListSize,
  OnlyFor,
  SafeInt,
  UNTIL_CHANGED,
} from '@leadgraph/kit';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { CampaignStatusEnum, CapPeriodEnum, FilterOperatorEnum, LineEnum, SaleModeEnum } from '../graphql/enums.js';
import type { CampaignFilter, FilterOperator } from '../routing/campaignFilter.js';
import type { Cap } from '../routing/caps.js';
import type { Opening } from '../routing/schedule.js';
import type { CampaignStatus, CapPeriod, Line, SaleMode } from '../routing/vocabulary.js';

@CachedWithin()
@ObjectType('CampaignFilter', { description: 'A condition on a fact of the lead.' })
export class CampaignFilterType implements CampaignFilter {
  @Field(() => String)
  field: string;

  @Field(() => FilterOperatorEnum)
  operator: FilterOperator;

  @ListSize(10)
  @Field(() => [String])
  values: string[];

  @Field(() => Boolean)
  allowMissing: boolean;
}

@CachedWithin()
@ObjectType('CampaignCap', { description: 'A limit over a period; null is no limit.' })
export class CapType implements Cap {
  @Field(() => CapPeriodEnum)
  period: CapPeriod;

  @Field(() => Int, { nullable: true })
  count: number | null;

  @Field(() => SafeInt, { nullable: true })
  spendCents: number | null;
}

@CachedWithin()
@ObjectType('CampaignOpening')
export class OpeningType implements Opening {
  @Field(() => Int, { description: '1 is Monday, 7 Sunday.' })
  day: number;

  @Field(() => String, { description: 'HH:MM' })
  from: string;

  @Field(() => String, { description: 'HH:MM, up to 24:00; at or before `from` it is on the next day.' })
  to: string;
}

@Directive('@key(fields: "id")')
@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@Cached({ maxAge: UNTIL_CHANGED })
@ObjectType({ description: 'What leads an agent wants, how many, when, and what it pays for them.' })
@Entity('campaign')
export class Campaign {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'agent_id' })
  agentId: string;

  @Field(() => String)
  @Column('text')
  name: string;

  @Field(() => LineEnum)
  @Column('text')
  line: Line;

  @ListSize(50)
  @Field(() => [String])
  @Column('text', { array: true })
  states: string[];

  @ListSize(100)
  @Field(() => [String], { description: 'Empty: every ZIP code of the states.' })
  @Column('text', { array: true })
  zips: string[];

  @ListSize(10)
  @Field(() => [CampaignFilterType])
  @Column('jsonb')
  filters: CampaignFilter[];

  @Field(() => Int)
  @Column('smallint', { name: 'min_score' })
  minScore: number;

  @Field(() => SaleModeEnum)
  @Column('text')
  mode: SaleMode;

  @Field(() => SafeInt, { description: 'The most it pays for a place.' })
  @Column('bigint', { name: 'bid_cents', transformer: bigintAsNumber })
  bidCents: number;

  @Field(() => Int, { description: '0 comes first.' })
  @Column('int')
  priority: number;

  @Field(() => Int, { description: 'Its share in a WEIGHTED pool.' })
  @Column('int')
  weight: number;

  @ListSize(10)
  @Field(() => [CapType])
  @Column('jsonb')
  caps: Cap[];

  @ListSize(10)
  @Field(() => [OpeningType], { description: "Of the agent's local time. Empty: always open." })
  @Column('jsonb')
  schedule: Opening[];

  @Field(() => Boolean)
  @Column('boolean', { name: 'auto_accept' })
  autoAccept: boolean;

  @Field(() => CampaignStatusEnum)
  @Column('text')
  status: CampaignStatus;

  @Column('int')
  version: number;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}
