import { z } from 'zod';
import { optionalText } from '../intake/text.js';

const MOST_PEOPLE = 12;
const day = z.iso.date('a calendar day as YYYY-MM-DD');
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);
const count = (largest: number) => optional(z.number().int().min(0).max(largest));
const cents = optional(z.number().int().min(0).max(Number.MAX_SAFE_INTEGER));
const flag = optional(z.boolean());
const year = optional(z.number().int().min(1600).max(2100));
const insurer = optionalText(100);

export const licenseStatuses = ['VALID', 'LEARNER', 'SUSPENDED', 'NONE'] as const;
export const vehicleOwnerships = ['OWNED', 'FINANCED', 'LEASED'] as const;
export const propertyTypes = [
  'SINGLE_FAMILY',
  'MULTI_FAMILY',
  'TOWNHOUSE',
  'CONDO',
  'APARTMENT',
  'MOBILE_HOME',
] as const;
export const lifeProducts = ['TERM', 'WHOLE', 'UNIVERSAL', 'FINAL_EXPENSE'] as const;
export const qualifyingEvents = [
  'NONE',
  'MARRIAGE',
  'BIRTH_OR_ADOPTION',
  'LOSS_OF_COVERAGE',
  'MOVE',
  'INCOME_CHANGE',
  'OTHER',
] as const;
export const medicareProducts = ['ADVANTAGE', 'SUPPLEMENT', 'PART_D'] as const;
export const commercialCoverages = [
  'GENERAL_LIABILITY',
  'PROFESSIONAL_LIABILITY',
  'PROPERTY',
  'WORKERS_COMPENSATION',
  'COMMERCIAL_AUTO',
  'CYBER',
] as const;

const driver = z.object({
  age: optional(z.number().int().min(14).max(120)),
  yearsLicensed: count(100),
  licenseStatus: optional(z.enum(licenseStatuses)),
});
const vehicle = z.object({
  year: optional(z.number().int().min(1900).max(2100)),
  make: optionalText(50),
  model: optionalText(50),
  /** Checked by a rule of its own (VIN_INVALID), so only its size is limited here. */
  vin: optionalText(40),
  annualMileage: count(500_000),
  ownership: optional(z.enum(vehicleOwnerships)),
});

/** What each line asks for. Every field may be missing: a lead with gaps is worth less, it is not wrong. Money in cents. */
export const detailsSchemas = {
  auto: z.object({
    drivers: optional(z.array(driver).max(MOST_PEOPLE)).transform((list) => list ?? []),
    vehicles: optional(z.array(vehicle).max(MOST_PEOPLE)).transform((list) => list ?? []),
    currentInsurer: insurer,
    monthsInsured: count(1_200),
    expiresOn: optional(day),
    incidents: count(100),
  }),
  home: z.object({
    propertyType: optional(z.enum(propertyTypes)),
    yearBuilt: year,
    squareFeet: count(1_000_000),
    roofAge: count(500),
    claims: count(100),
    currentInsurer: insurer,
    expiresOn: optional(day),
  }),
  renters: z.object({
    propertyType: optional(z.enum(propertyTypes)),
    personalPropertyCents: cents,
    claims: count(100),
    currentInsurer: insurer,
    moveInOn: optional(day),
  }),
  life: z.object({
    productType: optional(z.enum(lifeProducts)),
    amountCents: cents,
    termYears: count(100),
    tobacco: flag,
    currentInsurer: insurer,
  }),
  health: z.object({
    householdSize: count(50),
    householdIncomeCents: cents,
    qualifyingEvent: optional(z.enum(qualifyingEvents)),
    tobacco: flag,
    currentInsurer: insurer,
    expiresOn: optional(day),
  }),
  medicare: z.object({
    productType: optional(z.enum(medicareProducts)),
    partA: flag,
    partB: flag,
    currentInsurer: insurer,
  }),
  commercial: z.object({
    businessName: optionalText(200),
    industry: optionalText(100),
    employees: count(10_000_000),
    annualRevenueCents: cents,
    yearsInBusiness: count(500),
    coverages: optional(z.array(z.enum(commercialCoverages)).max(commercialCoverages.length)).transform(
      (list) => list ?? [],
    ),
    currentInsurer: insurer,
    expiresOn: optional(day),
    description: optionalText(2_000),
  }),
} as const;

export type DetailsMember = keyof typeof detailsSchemas;
export type DetailsOf<M extends DetailsMember> = z.infer<(typeof detailsSchemas)[M]>;
/** A line's details, by the member's name. */
export type LeadDetails = { [M in DetailsMember]: { member: M; values: DetailsOf<M> } }[DetailsMember];

export const detailsMembers = Object.keys(detailsSchemas) as DetailsMember[];
