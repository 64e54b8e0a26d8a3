import { DateTime, SortDirection } from '@leadgraph/kit';
import { Field, ID, InputType, Int } from 'type-graphql';
import { LeadDetailsInput } from './detailsInputs.js';
import {
  CertificateTypeEnum,
  ConsentScopeEnum,
  ContactChannelEnum,
  LeadSortFieldEnum,
  LeadStatusEnum,
  LineEnum,
} from './enums.js';
import { LocalDate } from './scalars.js';

@InputType({ description: 'A phone number or an email address is needed; the rest may be missing.' })
export class ContactInput {
  @Field(() => String, { nullable: true })
  firstName?: string | null;

  @Field(() => String, { nullable: true })
  lastName?: string | null;

  @Field(() => String, { nullable: true })
  email?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Any way of writing it; without a country code it is read as one of the US.',
  })
  phone?: string | null;

  @Field(() => LocalDate, { nullable: true })
  dateOfBirth?: string | null;
}

@InputType()
export class AddressInput {
  @Field(() => String, { nullable: true })
  street?: string | null;

  @Field(() => String, { nullable: true })
  city?: string | null;

  @Field(() => String, { description: 'Two letters.' })
  state: string;

  @Field(() => String, { description: 'Five digits or ZIP+4.' })
  zip: string;
}

@InputType()
export class ConsentInput {
  @Field(() => String, { description: 'The words that the person agreed to.' })
  text: string;

  @Field(() => String, { nullable: true })
  textVersion?: string | null;

  @Field(() => String, { nullable: true })
  pageUrl?: string | null;

  @Field(() => String, { nullable: true })
  ip?: string | null;

  @Field(() => String, { nullable: true })
  userAgent?: string | null;

  @Field(() => DateTime)
  givenAt: Date;

  @Field(() => [ContactChannelEnum])
  channels: string[];

  @Field(() => ConsentScopeEnum, { description: 'MEDICARE needs NAMED_SELLERS.' })
  scope: string;

  @Field(() => [ID], { nullable: true, description: 'Ids of the agencies, for NAMED_SELLERS.' })
  sellers?: string[] | null;

  @Field(() => CertificateTypeEnum)
  certificateType: string;

  @Field(() => String, {
    nullable: true,
    description: 'The TrustedForm URL, the Jornaya token, or your own reference.',
  })
  certificateRef?: string | null;
}

@InputType()
export class CreateLeadInput {
  @Field(() => ID)
  sourceId: string;

  @Field(() => String, { nullable: true, description: 'Your own id; the same one again replays the first answer.' })
  externalId?: string | null;

  @Field(() => LineEnum)
  line: string;

  @Field(() => ContactInput)
  contact: ContactInput;

  @Field(() => AddressInput)
  address: AddressInput;

  @Field(() => LeadDetailsInput)
  details: LeadDetailsInput;

  @Field(() => ConsentInput, { nullable: true, description: 'Without it the lead is rejected with CONSENT_MISSING.' })
  consent?: ConsentInput | null;

  @Field(() => String, { nullable: true, description: 'What the person wrote.' })
  notes?: string | null;

  @Field(() => String, { nullable: true, description: "The person's language, e.g. en or es-US; en when left out." })
  language?: string | null;

  @Field(() => Int, { nullable: true, description: 'How many agents may buy it, 1 to 5.' })
  maxSales?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Goes the whole way, reaches no real provider, and reports leave it out.',
  })
  isTest?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'The same key with the same input replays the first answer for 30 days.',
  })
  idempotencyKey?: string | null;
}

@InputType({
  description: 'All that is given has to hold; of a list, one of its values. An empty list is as good as none.',
})
export class LeadFilter {
  @Field(() => [LeadStatusEnum], { nullable: true })
  status?: string[] | null;

  @Field(() => [LineEnum], { nullable: true })
  line?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Two letters each.' })
  state?: string[] | null;

  @Field(() => [ID], { nullable: true })
  sourceId?: string[] | null;

  @Field(() => Int, { nullable: true })
  scoreMin?: number | null;

  @Field(() => Int, { nullable: true })
  scoreMax?: number | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'From this instant on. Without any date the last 90 days are shown.',
  })
  receivedFrom?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Before this instant.' })
  receivedTo?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Leads with this phone number; operators with the scope contacts:read only.',
  })
  phone?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Leads with this email address; operators with the scope contacts:read only.',
  })
  email?: string | null;

  // nullable without a default: compiled operations refuse a non-null field that is left out, default or not
  @Field(() => Boolean, { nullable: true, description: 'false leaves test leads out; they are shown otherwise.' })
  includeTest?: boolean | null;
}

@InputType({ description: 'All that are given must hold; of a list, one.' })
export class LeadsLiveFilter {
  @Field(() => [String], { nullable: true, description: 'What happened, e.g. QUALIFIED or SOLD.' })
  kind?: string[] | null;

  @Field(() => [LineEnum], { nullable: true })
  line?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Two capital letters each.' })
  state?: string[] | null;

  @Field(() => [ID], { nullable: true })
  sourceId?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'false: no test leads; true: no others.' })
  isTest?: boolean | null;
}

@InputType()
export class LeadSort {
  @Field(() => LeadSortFieldEnum, { nullable: true, description: 'RECEIVED_AT when left out.' })
  field?: 'RECEIVED_AT' | 'SCORE' | null;

  @Field(() => SortDirection, { nullable: true, description: 'DESC when left out.' })
  direction?: SortDirection | null;
}

@InputType({ description: 'What must not be contacted any more. PHONE and SMS need the phone, EMAIL the address.' })
export class SuppressInput {
  @Field(() => String, { nullable: true })
  phone?: string | null;

  @Field(() => String, { nullable: true })
  email?: string | null;

  @Field(() => [ContactChannelEnum])
  channels: ('PHONE' | 'SMS' | 'EMAIL')[];

  @Field(() => String)
  reason: string;
}
