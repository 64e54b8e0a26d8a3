import {
  ArrayMaxSize,
  IsEmail,
  IsISO8601,
  IsOptional,
  IsTimeZone,
  IsUUID,
  Length,
  Matches,
  ValidateNested,
} from 'class-validator';
import { Field, ID, InputType } from 'type-graphql';
import type {
  AgentStatus,
  Availability,
  LicenseStatus,
  Line,
  LineOfAuthority,
  PoolStrategy,
} from '../routing/vocabulary.js';
import { CampaignInput } from './campaignInputs.js';
import {
  AgentStatusEnum,
  AvailabilityEnum,
  LicenseStatusEnum,
  LineEnum,
  LineOfAuthorityEnum,
  PoolStrategyEnum,
} from './enums.js';

const STATE = /^[A-Z]{2}$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

@InputType()
export class AgencyInput {
  @Field(() => String)
  @Length(1, 200)
  legalName: string;
}

@InputType()
export class LicenseInput {
  @Field(() => String, { description: 'Two letters.' })
  @Matches(STATE, { message: 'state must be two capital letters' })
  state: string;

  @Field(() => LineOfAuthorityEnum)
  lineOfAuthority: LineOfAuthority;

  @Field(() => String)
  @Length(1, 50)
  number: string;

  @Field(() => String, { description: 'First day, YYYY-MM-DD.' })
  @Matches(DAY, { message: 'effective must be a day as YYYY-MM-DD' })
  @IsISO8601({ strict: true })
  effective: string;

  @Field(() => String, { description: 'Last day, YYYY-MM-DD.' })
  @Matches(DAY, { message: 'expires must be a day as YYYY-MM-DD' })
  @IsISO8601({ strict: true })
  expires: string;

  @Field(() => LicenseStatusEnum, { nullable: true, description: 'Default ACTIVE.' })
  status?: LicenseStatus | null;
}

@InputType({ description: 'What is left out stays as it is.' })
export class UpdateAgentInput {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @Length(1, 200)
  name?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsEmail()
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'E.164, e.g. +12125550147' })
  @IsOptional()
  @Matches(/^\+[1-9]\d{7,14}$/, { message: 'phone must be E.164, e.g. +12125550147' })
  phone?: string | null;

  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsUUID()
  agencyId?: string | null;

  @Field(() => [String], { nullable: true })
  @IsOptional()
  @ArrayMaxSize(100)
  @Length(1, 100, { each: true })
  carriers?: string[] | null;

  @Field(() => String, { nullable: true, description: 'IANA, e.g. America/Chicago' })
  @IsOptional()
  @IsTimeZone({ message: 'timeZone must be an IANA time zone, e.g. America/Chicago' })
  timeZone?: string | null;

  @Field(() => AgentStatusEnum, { nullable: true })
  status?: AgentStatus | null;

  @Field(() => AvailabilityEnum, { nullable: true })
  availability?: Availability | null;

  @Field(() => [LicenseInput], { nullable: true, description: 'Replaces all of the agent’s licences.' })
  @IsOptional()
  @ArrayMaxSize(400)
  @ValidateNested({ each: true })
  licenses?: LicenseInput[] | null;
}

@InputType({ description: 'A new agent, with licences and campaigns. Left out: no carriers, ACTIVE, AVAILABLE.' })
export class RegisterAgentInput extends UpdateAgentInput {
  @Field(() => String, { description: 'National Producer Number.' })
  @Matches(/^\d{1,10}$/, { message: 'npn must have 1 to 10 digits' })
  npn: string;

  @Field(() => String)
  @Length(1, 200)
  declare name: string;

  @Field(() => String)
  @IsEmail()
  declare email: string;

  @Field(() => String, { description: 'E.164, e.g. +12125550147' })
  @Matches(/^\+[1-9]\d{7,14}$/, { message: 'phone must be E.164, e.g. +12125550147' })
  declare phone: string;

  @Field(() => ID)
  @IsUUID()
  declare agencyId: string;

  @Field(() => String, { description: 'IANA, e.g. America/Chicago' })
  @IsTimeZone({ message: 'timeZone must be an IANA time zone, e.g. America/Chicago' })
  declare timeZone: string;

  @Field(() => [CampaignInput], { nullable: true })
  @IsOptional()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  campaigns?: CampaignInput[] | null;
}

@InputType({ description: 'How the leads of a line in a state are shared out.' })
export class PoolInput {
  @Field(() => LineEnum)
  line: Line;

  @Field(() => String)
  @Matches(STATE, { message: 'state must be two capital letters' })
  state: string;

  @Field(() => PoolStrategyEnum)
  strategy: PoolStrategy;
}
