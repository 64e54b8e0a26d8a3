import { SafeInt } from '@leadgraph/kit';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsOptional,
  Length,
  Matches,
  Max,
  Min,
  Validate,
  ValidateNested,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { Field, InputType, Int } from 'type-graphql';
import { type FilterOperator, filterFields, isFilterField } from '../routing/campaignFilter.js';
import type { CampaignStatus, CapPeriod, Line, SaleMode } from '../routing/vocabulary.js';
import { CampaignStatusEnum, CapPeriodEnum, FilterOperatorEnum, LineEnum, SaleModeEnum } from './enums.js';

const STATE = /^[A-Z]{2}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const END_TIME = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

@ValidatorConstraint({ name: 'isFilterField' })
class IsFilterField implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && isFilterField(value);
  }

  defaultMessage(): string {
    return `field must be one of ${filterFields.join(', ')} or details.<name>`;
  }
}

@InputType({ description: 'A condition on a fact of the lead. Without `allowMissing` a lead that does not say fails.' })
export class CampaignFilterInput {
  @Field(() => String, { description: 'E.g. details.vehicles, ageBand, language, phone.mobile, sourceName.' })
  @Validate(IsFilterField)
  field: string;

  @Field(() => FilterOperatorEnum)
  operator: FilterOperator;

  @Field(() => [String], { description: 'Numbers and booleans as text; all but IN and NOT_IN use the first.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @Length(1, 100, { each: true })
  values: string[];

  @Field(() => Boolean, { nullable: true, description: 'Default false.' })
  allowMissing?: boolean | null;
}

@InputType({ description: 'A limit over a period of the agent’s local time.' })
export class CapInput {
  @Field(() => CapPeriodEnum)
  period: CapPeriod;

  @Field(() => Int, { nullable: true })
  @IsOptional()
  @Min(0)
  count?: number | null;

  @Field(() => SafeInt, { nullable: true })
  @IsOptional()
  @Min(0)
  spendCents?: number | null;
}

@InputType()
export class OpeningInput {
  @Field(() => Int, { description: '1 is Monday, 7 Sunday.' })
  @Min(1)
  @Max(7)
  day: number;

  @Field(() => String, { description: 'HH:MM' })
  @Matches(TIME, { message: 'from must be a time as HH:MM' })
  from: string;

  @Field(() => String, { description: 'HH:MM, up to 24:00; at or before `from` it is on the next day.' })
  @Matches(END_TIME, { message: 'to must be a time as HH:MM, up to 24:00' })
  to: string;
}

@InputType({ description: 'What is left out stays as it is.' })
export class UpdateCampaignInput {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @Length(1, 100)
  name?: string | null;

  @Field(() => [String], { nullable: true })
  @IsOptional()
  @ArrayMinSize(1)
  @ArrayMaxSize(60)
  @ArrayUnique()
  @Matches(STATE, { each: true, message: 'states must be two capital letters each' })
  states?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Empty: every ZIP code of the states.' })
  @IsOptional()
  @ArrayMaxSize(5_000)
  @Matches(/^\d{5}$/, { each: true, message: 'zips must be five digits each' })
  zips?: string[] | null;

  @Field(() => [CampaignFilterInput], { nullable: true })
  @IsOptional()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  filters?: CampaignFilterInput[] | null;

  @Field(() => Int, { nullable: true })
  @IsOptional()
  @Min(0)
  @Max(100)
  minScore?: number | null;

  @Field(() => SafeInt, { nullable: true })
  @IsOptional()
  @Min(0)
  bidCents?: number | null;

  @Field(() => Int, { nullable: true })
  @IsOptional()
  @Min(0)
  @Max(100)
  priority?: number | null;

  @Field(() => Int, { nullable: true })
  @IsOptional()
  @Min(1)
  @Max(1_000)
  weight?: number | null;

  @Field(() => [CapInput], { nullable: true })
  @IsOptional()
  @ArrayUnique((cap: CapInput) => cap.period, { message: 'caps must have one entry a period' })
  @ValidateNested({ each: true })
  caps?: CapInput[] | null;

  @Field(() => [OpeningInput], { nullable: true, description: 'Empty: always open.' })
  @IsOptional()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  schedule?: OpeningInput[] | null;

  @Field(() => Boolean, { nullable: true })
  autoAccept?: boolean | null;

  @Field(() => CampaignStatusEnum, { nullable: true })
  status?: CampaignStatus | null;
}

@InputType({
  description:
    'What leads an agent wants. Left out: every ZIP, no filters, minScore 0, priority 0, weight 1, no caps, always open, ACTIVE.',
})
export class CampaignInput extends UpdateCampaignInput {
  @Field(() => String)
  @Length(1, 100)
  declare name: string;

  @Field(() => LineEnum)
  line: Line;

  @Field(() => [String])
  @ArrayMinSize(1)
  @ArrayMaxSize(60)
  @ArrayUnique()
  @Matches(STATE, { each: true, message: 'states must be two capital letters each' })
  declare states: string[];

  @Field(() => SaleModeEnum)
  mode: SaleMode;

  @Field(() => SafeInt, { description: 'The most it pays for a place.' })
  @Min(0)
  declare bidCents: number;
}
