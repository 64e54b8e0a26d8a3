import { SafeInt } from '@leadgraph/kit';
import { Field, InputType, Int } from 'type-graphql';
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

@InputType()
export class DriverInput {
  @Field(() => Int, { nullable: true, description: 'In years.' })
  age?: number | null;

  @Field(() => Int, { nullable: true })
  yearsLicensed?: number | null;

  @Field(() => LicenseStatusEnum, { nullable: true })
  licenseStatus?: string | null;
}

@InputType()
export class VehicleInput {
  @Field(() => Int, { nullable: true })
  year?: number | null;

  @Field(() => String, { nullable: true })
  make?: string | null;

  @Field(() => String, { nullable: true })
  model?: string | null;

  @Field(() => String, { nullable: true, description: '17 characters.' })
  vin?: string | null;

  @Field(() => Int, { nullable: true })
  annualMileage?: number | null;

  @Field(() => VehicleOwnershipEnum, { nullable: true })
  ownership?: string | null;
}

@InputType()
export class AutoDetailsInput {
  @Field(() => [DriverInput], { nullable: true })
  drivers?: DriverInput[] | null;

  @Field(() => [VehicleInput], { nullable: true })
  vehicles?: VehicleInput[] | null;

  @Field(() => String, { nullable: true })
  currentInsurer?: string | null;

  @Field(() => Int, { nullable: true, description: 'Months without a gap until now.' })
  monthsInsured?: number | null;

  @Field(() => LocalDate, { nullable: true, description: 'The day on which the present policy ends.' })
  expiresOn?: string | null;

  @Field(() => Int, { nullable: true, description: 'Accidents, claims and violations of the last five years.' })
  incidents?: number | null;
}

@InputType()
export class HomeDetailsInput {
  @Field(() => PropertyTypeEnum, { nullable: true })
  propertyType?: string | null;

  @Field(() => Int, { nullable: true })
  yearBuilt?: number | null;

  @Field(() => Int, { nullable: true })
  squareFeet?: number | null;

  @Field(() => Int, { nullable: true, description: 'In years.' })
  roofAge?: number | null;

  @Field(() => Int, { nullable: true, description: 'Claims of the last five years.' })
  claims?: number | null;

  @Field(() => String, { nullable: true })
  currentInsurer?: string | null;

  @Field(() => LocalDate, { nullable: true, description: 'The day on which the present policy ends.' })
  expiresOn?: string | null;
}

@InputType()
export class RentersDetailsInput {
  @Field(() => PropertyTypeEnum, { nullable: true })
  propertyType?: string | null;

  @Field(() => SafeInt, { nullable: true })
  personalPropertyCents?: number | null;

  @Field(() => Int, { nullable: true, description: 'Claims of the last five years.' })
  claims?: number | null;

  @Field(() => String, { nullable: true })
  currentInsurer?: string | null;

  @Field(() => LocalDate, { nullable: true })
  moveInOn?: string | null;
}

@InputType()
export class LifeDetailsInput {
  @Field(() => LifeProductEnum, { nullable: true })
  productType?: string | null;

  @Field(() => SafeInt, { nullable: true })
  amountCents?: number | null;

  @Field(() => Int, { nullable: true, description: 'For TERM only.' })
  termYears?: number | null;

  @Field(() => Boolean, { nullable: true })
  tobacco?: boolean | null;

  @Field(() => String, { nullable: true })
  currentInsurer?: string | null;
}

@InputType()
export class HealthDetailsInput {
  @Field(() => Int, { nullable: true })
  householdSize?: number | null;

  @Field(() => SafeInt, { nullable: true })
  householdIncomeCents?: number | null;

  @Field(() => QualifyingEventEnum, { nullable: true })
  qualifyingEvent?: string | null;

  @Field(() => Boolean, { nullable: true })
  tobacco?: boolean | null;

  @Field(() => String, { nullable: true })
  currentInsurer?: string | null;

  @Field(() => LocalDate, { nullable: true })
  expiresOn?: string | null;
}

@InputType()
export class MedicareDetailsInput {
  @Field(() => MedicareProductEnum, { nullable: true })
  productType?: string | null;

  @Field(() => Boolean, { nullable: true })
  partA?: boolean | null;

  @Field(() => Boolean, { nullable: true })
  partB?: boolean | null;

  @Field(() => String, { nullable: true })
  currentInsurer?: string | null;
}

@InputType()
export class CommercialDetailsInput {
  @Field(() => String, { nullable: true })
  businessName?: string | null;

  @Field(() => String, { nullable: true })
  industry?: string | null;

  @Field(() => Int, { nullable: true })
  employees?: number | null;

  @Field(() => SafeInt, { nullable: true })
  annualRevenueCents?: number | null;

  @Field(() => Int, { nullable: true })
  yearsInBusiness?: number | null;

  @Field(() => [CommercialCoverageEnum], { nullable: true })
  coverages?: string[] | null;

  @Field(() => String, { nullable: true })
  currentInsurer?: string | null;

  @Field(() => LocalDate, { nullable: true })
  expiresOn?: string | null;

  @Field(() => String, { nullable: true, description: 'Free text.' })
  description?: string | null;
}

@InputType({ description: 'Exactly one member: the one that belongs to the line, else DETAILS_LINE_MISMATCH.' })
export class LeadDetailsInput {
  @Field(() => AutoDetailsInput, { nullable: true })
  auto?: AutoDetailsInput | null;

  @Field(() => HomeDetailsInput, { nullable: true })
  home?: HomeDetailsInput | null;

  @Field(() => RentersDetailsInput, { nullable: true })
  renters?: RentersDetailsInput | null;

  @Field(() => LifeDetailsInput, { nullable: true })
  life?: LifeDetailsInput | null;

  @Field(() => HealthDetailsInput, { nullable: true })
  health?: HealthDetailsInput | null;

  @Field(() => MedicareDetailsInput, { nullable: true })
  medicare?: MedicareDetailsInput | null;

  @Field(() => CommercialDetailsInput, { nullable: true })
  commercial?: CommercialDetailsInput | null;
}
