import { CachedWithin, ListSize, SafeInt, SignedIn } from '@leadgraph/kit';
import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import type { DetailsMember } from '../details/detailsSchema.js';
import {
  CommercialCoverageEnum,
  LicenseStatusEnum,
  LifeProductEnum,
  MedicareProductEnum,
  PropertyTypeEnum,
  QualifyingEventEnum,
  VehicleOwnershipEnum,
} from './enums.js';
import { LocalDate } from './scalars.js';

@SignedIn()
@CachedWithin()
@ObjectType()
export class Driver {
  @Field(() => Int, { nullable: true, description: 'In years.' })
  age: number | null;

  @Field(() => Int, { nullable: true })
  yearsLicensed: number | null;

  @Field(() => LicenseStatusEnum, { nullable: true })
  licenseStatus: string | null;
}

@SignedIn()
@CachedWithin()
@ObjectType()
export class Vehicle {
  @Field(() => Int, { nullable: true })
  year: number | null;

  @Field(() => String, { nullable: true })
  make: string | null;

  @Field(() => String, { nullable: true })
  model: string | null;

  @Field(() => String, { nullable: true, description: '17 characters. Masked but for buyers of the lead.' })
  vin: string | null;

  @Field(() => Int, { nullable: true })
  annualMileage: number | null;

  @Field(() => VehicleOwnershipEnum, { nullable: true })
  ownership: string | null;
}

@SignedIn()
@CachedWithin()
@ObjectType()
export class AutoDetails {
  @ListSize(4)
  @Field(() => [Driver])
  drivers: Driver[];

  @ListSize(4)
  @Field(() => [Vehicle])
  vehicles: Vehicle[];

  @Field(() => String, { nullable: true })
  currentInsurer: string | null;

  @Field(() => Int, { nullable: true, description: 'Months without a gap until now.' })
  monthsInsured: number | null;

  @Field(() => LocalDate, { nullable: true, description: 'The day on which the present policy ends.' })
  expiresOn: string | null;

  @Field(() => Int, { nullable: true, description: 'Accidents, claims and violations of the last five years.' })
  incidents: number | null;
}

@SignedIn()
@CachedWithin()
@ObjectType()
export class HomeDetails {
  @Field(() => PropertyTypeEnum, { nullable: true })
  propertyType: string | null;

  @Field(() => Int, { nullable: true })
  yearBuilt: number | null;

  @Field(() => Int, { nullable: true })
  squareFeet: number | null;

  @Field(() => Int, { nullable: true, description: 'In years.' })
  roofAge: number | null;

  @Field(() => Int, { nullable: true, description: 'Claims of the last five years.' })
  claims: number | null;

  @Field(() => String, { nullable: true })
  currentInsurer: string | null;

  @Field(() => LocalDate, { nullable: true, description: 'The day on which the present policy ends.' })
  expiresOn: string | null;
}

@SignedIn()
@CachedWithin()
@ObjectType()
export class RentersDetails {
  @Field(() => PropertyTypeEnum, { nullable: true })
  propertyType: string | null;

  @Field(() => SafeInt, { nullable: true })
  personalPropertyCents: number | null;

  @Field(() => Int, { nullable: true, description: 'Claims of the last five years.' })
  claims: number | null;

  @Field(() => String, { nullable: true })
  currentInsurer: string | null;

  @Field(() => LocalDate, { nullable: true })
  moveInOn: string | null;
}

@SignedIn()
@CachedWithin()
@ObjectType()
export class LifeDetails {
  @Field(() => LifeProductEnum, { nullable: true })
  productType: string | null;

  @Field(() => SafeInt, { nullable: true })
  amountCents: number | null;

  @Field(() => Int, { nullable: true, description: 'For TERM only.' })
  termYears: number | null;

  @Field(() => Boolean, { nullable: true })
  tobacco: boolean | null;

  @Field(() => String, { nullable: true })
  currentInsurer: string | null;
}

@SignedIn()
@CachedWithin()
@ObjectType()
export class HealthDetails {
  @Field(() => Int, { nullable: true })
  householdSize: number | null;

  @Field(() => SafeInt, { nullable: true })
  householdIncomeCents: number | null;

  @Field(() => QualifyingEventEnum, { nullable: true })
  qualifyingEvent: string | null;

  @Field(() => Boolean, { nullable: true })
  tobacco: boolean | null;

  @Field(() => String, { nullable: true })
  currentInsurer: string | null;

  @Field(() => LocalDate, { nullable: true })
  expiresOn: string | null;
}

@SignedIn()
@CachedWithin()
@ObjectType()
export class MedicareDetails {
  @Field(() => MedicareProductEnum, { nullable: true })
  productType: string | null;

  @Field(() => Boolean, { nullable: true })
  partA: boolean | null;

  @Field(() => Boolean, { nullable: true })
  partB: boolean | null;

  @Field(() => String, { nullable: true })
  currentInsurer: string | null;
}

@SignedIn()
@CachedWithin()
@ObjectType()
export class CommercialDetails {
  @Field(() => String, { nullable: true, description: 'Hidden but for buyers of the lead.' })
  businessName: string | null;

  @Field(() => String, { nullable: true })
  industry: string | null;

  @Field(() => Int, { nullable: true })
  employees: number | null;

  @Field(() => SafeInt, { nullable: true })
  annualRevenueCents: number | null;

  @Field(() => Int, { nullable: true })
  yearsInBusiness: number | null;

  @ListSize(6)
  @Field(() => [CommercialCoverageEnum])
  coverages: string[];

  @Field(() => String, { nullable: true })
  currentInsurer: string | null;

  @Field(() => LocalDate, { nullable: true })
  expiresOn: string | null;

  @Field(() => String, { nullable: true, description: 'Free text; redacted but for buyers of the lead.' })
  description: string | null;
}

const typeOfMember: Readonly<Record<DetailsMember, new () => object>> = {
  auto: AutoDetails,
  home: HomeDetails,
  renters: RentersDetails,
  life: LifeDetails,
  health: HealthDetails,
  medicare: MedicareDetails,
  commercial: CommercialDetails,
};

/** Told apart by class: a resolveType function would become asynchronous, which compiled operations do not wait for. */
export const LeadDetails = createUnionType({
  name: 'LeadDetails',
  description: 'What a lead says about what is to be insured; one type per line.',
  types: () => Object.values(typeOfMember) as [new () => object],
});

/** Details as GraphQL's type of their line; what is sealed is put in by the caller as far as it may be seen. */
export function detailsObject(member: DetailsMember, values: Record<string, unknown>): object {
  return Object.assign(new typeOfMember[member](), values);
}
