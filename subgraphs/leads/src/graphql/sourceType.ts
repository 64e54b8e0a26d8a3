import {
  Cached,
  CachedWithin,
  Cost,
  connectionOf,
  DateTime,
  OnlyFor,
  SafeInt,
  SignedIn,
  UNTIL_CHANGED,
} from '@leadgraph/kit';
import { Directive, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import { PricingTypeEnum } from './enums.js';

@OnlyFor('OPERATOR', 'PARTNER')
@CachedWithin()
@ObjectType()
export class SourcePricing {
  @Field(() => PricingTypeEnum)
  type: string;

  @Field(() => SafeInt, { nullable: true, description: 'What a lead costs, for FIXED.' })
  cents: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "The partner's share in hundredths of a percent, for REVENUE_SHARE.",
  })
  basisPoints: number | null;
}

@Directive('@key(fields: "id", resolvable: false)')
@SignedIn()
@Cached({ maxAge: UNTIL_CHANGED })
@ObjectType({ description: 'A feed of leads of one partner.' })
export class Source {
  @Field(() => ID)
  id: string;

  @Field(() => String)
  name: string;

  @OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
  @Field(() => Int, { nullable: true, description: 'The most leads a day (UTC); null for no limit.' })
  dailyCap: number | null;

  @Field(() => DateTime)
  createdAt: Date;

  @Cached({ maxAge: 0 })
  @Cost(2)
  @Field(() => Float, {
    nullable: true,
    description: 'The share of its decided leads that were qualified, 0 to 1; null while there are too few.',
  })
  quality: number | null;
}

export const SourceConnection = connectionOf('Source', Source);

@InputType()
export class SourcePricingInput {
  @Field(() => PricingTypeEnum)
  type: 'FIXED' | 'REVENUE_SHARE';

  @Field(() => SafeInt, { nullable: true })
  cents?: number | null;

  @Field(() => Int, { nullable: true })
  basisPoints?: number | null;
}

@InputType()
export class CreateSourceInput {
  @Field(() => String)
  name: string;

  @Field(() => String, { description: "The partner's id: the subject of its tokens." })
  partner: string;

  @Field(() => SourcePricingInput)
  pricing: SourcePricingInput;

  @Field(() => Int, { nullable: true })
  dailyCap?: number | null;
}

@InputType({ description: 'What is left out stays as it is.' })
export class UpdateSourceInput {
  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => SourcePricingInput, { nullable: true })
  pricing?: SourcePricingInput | null;

  @Field(() => Int, { nullable: true, description: 'null takes the limit off.' })
  dailyCap?: number | null;
}
