import {
  Cached,
  CachedWithin,
  connectionOf,
  DateTime,
  JsonObject,
  ListSize,
  OnlyFor,
  SafeInt,
  SignedIn,
  UNTIL_CHANGED,
  WithScope,
} from '@leadgraph/kit';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { CONTACTS_SCOPE } from './contactsScope.js';
import {
  AgeBandEnum,
  CertificateTypeEnum,
  ConsentScopeEnum,
  ContactChannelEnum,
  LeadEventTypeEnum,
  LeadStatusEnum,
  LineEnum,
  ProblemCodeEnum,
  TierEnum,
} from './enums.js';
import { LocalDate } from './scalars.js';

@SignedIn()
@CachedWithin()
@ObjectType({
  description:
    'How to reach the person. Masked for everybody but its buyers and operators with the scope contacts:read.',
})
export class Contact {
  @Field(() => Boolean, { description: 'Whether what stands here is cut short (J*** D**, ***-***-0147).' })
  masked: boolean;

  @Field(() => String, { nullable: true })
  firstName: string | null;

  @Field(() => String, { nullable: true })
  lastName: string | null;

  @Field(() => String, { nullable: true })
  email: string | null;

  @Field(() => String, { nullable: true, description: 'E.164' })
  phone: string | null;

  @Field(() => LocalDate, { nullable: true, description: 'Null when masked; see Lead.ageBand.' })
  dateOfBirth: string | null;
}

@SignedIn()
@CachedWithin()
@ObjectType()
export class Address {
  @Field(() => String, { nullable: true, description: 'Null when masked.' })
  street: string | null;

  @Field(() => String, { nullable: true })
  city: string | null;

  @Field(() => String, { nullable: true, description: 'Two letters.' })
  state: string | null;

  @Field(() => String, { nullable: true })
  zip: string | null;
}

@CachedWithin()
@ObjectType({ description: 'Something that is wrong with a submission.' })
export class LeadProblem {
  @Field(() => ProblemCodeEnum)
  code: string;

  @Field(() => String, { description: 'The path in the input, e.g. details.auto.vehicles.0.vin.' })
  field: string;

  @Field(() => String, { description: 'What to do about it.' })
  message: string;
}

@CachedWithin()
@ObjectType()
export class ConsentCertificate {
  @Field(() => CertificateTypeEnum)
  type: string;

  @Field(() => String)
  ref: string;
}

@SignedIn()
@CachedWithin()
@ObjectType({ description: 'What the person agreed to. Without a live consent a lead is not offered to anybody.' })
export class Consent {
  @Field(() => String)
  text: string;

  @Field(() => String, { nullable: true })
  textVersion: string | null;

  @Field(() => String, { nullable: true, description: 'Without its query, but for those who see the contact.' })
  pageUrl: string | null;

  @Field(() => DateTime)
  givenAt: Date;

  @ListSize(3)
  @Field(() => [ContactChannelEnum])
  channels: string[];

  @Field(() => ConsentScopeEnum)
  scope: string;

  @ListSize(5)
  @Field(() => [ID], { description: 'The agencies that were named.' })
  sellers: string[];

  @Field(() => ConsentCertificate)
  certificate: ConsentCertificate;

  @Field(() => DateTime, { nullable: true })
  revokedAt: Date | null;

  @OnlyFor('OPERATOR')
  @WithScope(CONTACTS_SCOPE)
  @Field(() => String, { nullable: true, description: 'Operators with the scope contacts:read only.' })
  ip: string | null;

  @OnlyFor('OPERATOR')
  @WithScope(CONTACTS_SCOPE)
  @Field(() => String, { nullable: true, description: 'Operators with the scope contacts:read only.' })
  userAgent: string | null;
}

@SignedIn()
@CachedWithin()
@ObjectType({ description: 'Who did it. The id is shown to operators only.' })
export class LeadEventActor {
  @Field(() => String, { description: 'OPERATOR, FRONTEND, AGENT, PARTNER, or SYSTEM for the platform itself.' })
  kind: string;

  @OnlyFor('OPERATOR')
  @Field(() => String, { nullable: true })
  sub: string | null;
}

@Directive('@key(fields: "id")')
@SignedIn()
@CachedWithin()
@ObjectType({ description: 'A step in the life of a lead. It never changes.' })
export class LeadEvent {
  @Field(() => ID)
  id: string;

  leadId: string;

  @Field(() => Int, { description: "The lead's version after it." })
  version: number;

  @Field(() => LeadEventTypeEnum)
  type: string;

  @Field(() => DateTime)
  occurredAt: Date;

  @Field(() => LeadStatusEnum, { nullable: true })
  fromStatus: string | null;

  @Field(() => LeadStatusEnum, { nullable: true })
  toStatus: string | null;

  @OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
  @Field(() => String, { nullable: true, description: 'Null for agents.' })
  reason: string | null;

  @Field(() => LeadEventActor)
  actor: LeadEventActor;

  @OnlyFor('OPERATOR')
  @Field(() => JsonObject, { nullable: true, description: 'Facts of the step; operators only.' })
  data: Record<string, unknown> | null;
}

export const LeadEventConnection = connectionOf('LeadEvent', LeadEvent);

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType()
export class Agent {
  @Field(() => ID)
  id: string;
}

@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@CachedWithin()
@ObjectType({ description: 'A place of a lead that was sold.' })
export class LeadBuyer {
  @Field(() => Agent)
  agent: Agent;

  @Field(() => ID)
  offerId: string;

  @Field(() => SafeInt)
  priceCents: number;

  @Field(() => DateTime)
  soldAt: Date;
}

@Directive('@key(fields: "id")')
@SignedIn()
@Cached({ maxAge: UNTIL_CHANGED })
@ObjectType({ description: "A person's request for insurance, from a partner's submission to its sale." })
export class Lead {
  @Field(() => ID)
  id: string;

  @Field(() => Int, { description: 'Grows by one with each change.' })
  version: number;

  @Field(() => String, { nullable: true, description: "The submitter's own id." })
  externalId: string | null;

  @Field(() => LineEnum)
  line: string;

  @Field(() => LeadStatusEnum)
  status: string;

  @Field(() => String, { nullable: true, description: "The person's time zone (IANA), from the ZIP code." })
  timeZone: string | null;

  @Field(() => String)
  language: string;

  @Field(() => Int, { nullable: true, description: '0 to 100.' })
  score: number | null;

  @Field(() => TierEnum, { nullable: true })
  tier: string | null;

  @Field(() => Int, { description: 'How many agents may buy it.' })
  maxSales: number;

  @Field(() => Int)
  soldCount: number;

  @Field(() => Boolean)
  isTest: boolean;

  @Field(() => DateTime)
  receivedAt: Date;

  @Field(() => DateTime)
  statusChangedAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When a QUEUED lead is routed again.' })
  retryAt: Date | null;

  @Field(() => AgeBandEnum)
  ageBand: string;
}

export const LeadConnection = connectionOf('Lead', Lead);
