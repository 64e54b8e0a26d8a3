import type { Faker } from '@faker-js/faker';
import type { DemoLine } from './demoAgents.ts';
import { demoEpoch } from './demoLead.ts';
import { demoVehicle } from './vin.ts';

type Fields = Record<string, unknown>;

const insurers = [
  'Northwind Mutual',
  'Granite State Casualty',
  'Blue Heron Insurance',
  'Prairie Farm Mutual',
  'Coastal Direct',
];

/** The member of `LeadDetailsInput` that belongs to the line, with the gaps that real forms have. */
export function detailsFor(faker: Faker, line: DemoLine): Fields {
  switch (line) {
    case 'AUTO':
      return { auto: auto(faker) };
    case 'HOME':
      return { home: home(faker) };
    case 'RENTERS':
      return { renters: renters(faker) };
    case 'LIFE':
      return { life: life(faker) };
    case 'HEALTH':
      return { health: health(faker) };
    case 'MEDICARE':
      return { medicare: medicare(faker) };
    case 'COMMERCIAL':
      return { commercial: commercial(faker) };
  }
}

function auto(faker: Faker): Fields {
  const insured = chance(faker, 80);
  return {
    drivers: Array.from({ length: faker.number.int({ min: 1, max: 3 }) }, () => driver(faker)),
    vehicles: Array.from({ length: faker.number.int({ min: 1, max: 3 }) }, () => vehicle(faker)),
    ...(insured && {
      currentInsurer: faker.helpers.arrayElement(insurers),
      ...sometimes(faker, 85, 'monthsInsured', () => faker.number.int({ min: 1, max: 180 })),
      ...sometimes(faker, 70, 'expiresOn', () => soon(faker)),
    }),
    ...sometimes(faker, 80, 'incidents', () => faker.helpers.arrayElement([0, 0, 0, 0, 1, 1, 2])),
  };
}

function driver(faker: Faker): Fields {
  const age = faker.number.int({ min: 17, max: 82 });
  return {
    age,
    ...sometimes(faker, 80, 'yearsLicensed', () => Math.max(0, age - faker.number.int({ min: 16, max: 20 }))),
    licenseStatus: age < 18 ? 'LEARNER' : chance(faker, 95) ? 'VALID' : 'SUSPENDED',
  };
}

function vehicle(faker: Faker): Fields {
  const { vin, ...rest } = demoVehicle(faker);
  return {
    ...(chance(faker, 65) && { vin }),
    ...rest,
    ...sometimes(faker, 70, 'annualMileage', () => faker.number.int({ min: 3, max: 25 }) * 1_000),
    ...sometimes(faker, 75, 'ownership', () => faker.helpers.arrayElement(['OWNED', 'OWNED', 'FINANCED', 'LEASED'])),
  };
}

function home(faker: Faker): Fields {
  return {
    propertyType: faker.helpers.arrayElement([
      'SINGLE_FAMILY',
      'SINGLE_FAMILY',
      'TOWNHOUSE',
      'CONDO',
      'MULTI_FAMILY',
      'MOBILE_HOME',
    ]),
    ...sometimes(faker, 90, 'yearBuilt', () => faker.number.int({ min: 1925, max: 2025 })),
    ...sometimes(faker, 85, 'squareFeet', () => faker.number.int({ min: 60, max: 420 }) * 10),
    ...sometimes(faker, 75, 'roofAge', () => faker.number.int({ min: 0, max: 35 })),
    ...sometimes(faker, 80, 'claims', () => faker.helpers.arrayElement([0, 0, 0, 1, 2])),
    ...sometimes(faker, 70, 'currentInsurer', () => faker.helpers.arrayElement(insurers)),
    ...sometimes(faker, 60, 'expiresOn', () => soon(faker)),
  };
}

function renters(faker: Faker): Fields {
  return {
    propertyType: faker.helpers.arrayElement(['APARTMENT', 'APARTMENT', 'CONDO', 'TOWNHOUSE']),
    ...sometimes(faker, 85, 'personalPropertyCents', () => faker.number.int({ min: 10, max: 80 }) * 100_000),
    ...sometimes(faker, 70, 'claims', () => faker.helpers.arrayElement([0, 0, 0, 1])),
    ...sometimes(faker, 70, 'moveInOn', () => soon(faker)),
  };
}

function life(faker: Faker): Fields {
  const productType = faker.helpers.arrayElement(['TERM', 'TERM', 'TERM', 'WHOLE', 'UNIVERSAL', 'FINAL_EXPENSE']);
  return {
    productType,
    amountCents: faker.helpers.arrayElement([10_000_000, 25_000_000, 50_000_000, 100_000_000]),
    ...(productType === 'TERM' &&
      sometimes(faker, 85, 'termYears', () => faker.helpers.arrayElement([10, 15, 20, 30]))),
    ...sometimes(faker, 90, 'tobacco', () => chance(faker, 15)),
  };
}

function health(faker: Faker): Fields {
  const events = [
    'NONE',
    'LOSS_OF_COVERAGE',
    'LOSS_OF_COVERAGE',
    'MARRIAGE',
    'BIRTH_OR_ADOPTION',
    'MOVE',
    'INCOME_CHANGE',
  ];
  return {
    ...sometimes(faker, 92, 'householdSize', () => faker.number.int({ min: 1, max: 6 })),
    ...sometimes(faker, 70, 'householdIncomeCents', () => faker.number.int({ min: 18, max: 140 }) * 100_000),
    ...sometimes(faker, 75, 'qualifyingEvent', () => faker.helpers.arrayElement(events)),
    ...sometimes(faker, 85, 'tobacco', () => chance(faker, 15)),
    ...sometimes(faker, 40, 'expiresOn', () => soon(faker)),
  };
}

function medicare(faker: Faker): Fields {
  const partA = chance(faker, 85);
  return {
    productType: faker.helpers.arrayElement(['ADVANTAGE', 'ADVANTAGE', 'SUPPLEMENT', 'PART_D']),
    partA,
    ...sometimes(faker, 90, 'partB', () => partA && chance(faker, 90)),
    ...sometimes(faker, 30, 'currentInsurer', () => faker.helpers.arrayElement(insurers)),
  };
}

function commercial(faker: Faker): Fields {
  const coverages = [
    'GENERAL_LIABILITY',
    'PROFESSIONAL_LIABILITY',
    'PROPERTY',
    'WORKERS_COMPENSATION',
    'COMMERCIAL_AUTO',
    'CYBER',
  ];
  return {
    businessName: `${faker.person.lastName()} ${faker.helpers.arrayElement(['& Sons', 'Services', 'Supply', 'Works'])}`,
    industry: faker.helpers.arrayElement([
      'Landscaping',
      'Bakery',
      'Electrical contractor',
      'Trucking',
      'Dental practice',
    ]),
    coverages: faker.helpers.arrayElements(coverages, { min: 1, max: 3 }),
    ...sometimes(faker, 85, 'employees', () => faker.number.int({ min: 1, max: 60 })),
    ...sometimes(faker, 65, 'annualRevenueCents', () => faker.number.int({ min: 8, max: 400 }) * 1_000_000),
    ...sometimes(faker, 70, 'yearsInBusiness', () => faker.number.int({ min: 0, max: 40 })),
  };
}

/** A date from two weeks before the demo's epoch to half a year after it. */
function soon(faker: Faker): string {
  const days = faker.number.int({ min: -14, max: 180 });
  return new Date(demoEpoch.getTime() + days * 86_400_000).toISOString().slice(0, 10);
}

function chance(faker: Faker, percent: number): boolean {
  return faker.number.int({ min: 1, max: 100 }) <= percent;
}

function sometimes(faker: Faker, percent: number, field: string, value: () => unknown): Fields {
  return chance(faker, percent) ? { [field]: value() } : {};
}
