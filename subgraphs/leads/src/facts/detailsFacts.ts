import type { LeadFacts } from '@leadgraph/schema';
import { redact } from '../privacy/redact.js';
import type { StoredDetails } from '../store/leadTable.js';

type Facts = LeadFacts['details'];
type Values = Record<string, unknown>;

/**
 * The line's details as flat facts for the other subgraphs. Lists become counts and what matters of them; words that a person typed are redacted.
 * What is not known is null. The names per line:
 *
 *   AUTO        vehicles, vehiclesWithVin, newestVehicleYear, oldestVehicleYear, annualMileage, drivers, youngestDriverAge,
 *               suspendedDrivers, monthsInsured, expiresOn, incidents, insured
 *   HOME        propertyType, yearBuilt, squareFeet, roofAge, claims, expiresOn, insured
 *   RENTERS     propertyType, personalPropertyCents, claims, moveInOn, insured
 *   LIFE        productType, amountCents, termYears, tobacco, insured
 *   HEALTH      householdSize, householdIncomeCents, qualifyingEvent, tobacco, expiresOn, insured
 *   MEDICARE    productType, partA, partB, insured
 *   COMMERCIAL  industry, employees, annualRevenueCents, yearsInBusiness, coverages, expiresOn, insured
 *
 * `insured`: a current insurer was named; its name is `LeadFacts.currentCarrier`.
 */
export function detailsFacts({ member, values }: StoredDetails): Facts {
  const { currentInsurer, ...rest } = values;
  const insured = currentInsurer != null;
  if (member === 'auto') return { ...autoFacts(rest), insured };
  if (member === 'commercial') {
    const { coverages, ...others } = rest;
    return { ...flat(others), coverages: Array.isArray(coverages) ? coverages.length : 0, insured };
  }
  return { ...flat(rest), insured };
}

/** The details fields that were left empty, as paths of the input. */
export function missingDetails({ member, values }: StoredDetails): string[] {
  return Object.entries(values)
    .filter(([, value]) => value === null || (Array.isArray(value) && value.length === 0))
    .map(([name]) => `details.${member}.${name}`);
}

function autoFacts(values: Values): Facts {
  const { vehicles: givenVehicles, drivers: givenDrivers, ...rest } = values;
  const vehicles = (givenVehicles ?? []) as { year: number | null; annualMileage: number | null; vinGiven: boolean }[];
  const drivers = (givenDrivers ?? []) as { age: number | null; licenseStatus: string | null }[];
  const years = vehicles.flatMap(({ year }) => year ?? []);
  const ages = drivers.flatMap(({ age }) => age ?? []);
  const mileages = vehicles.flatMap(({ annualMileage }) => annualMileage ?? []);
  return {
    ...flat(rest),
    vehicles: vehicles.length,
    vehiclesWithVin: vehicles.filter(({ vinGiven }) => vinGiven).length,
    newestVehicleYear: years.length > 0 ? Math.max(...years) : null,
    oldestVehicleYear: years.length > 0 ? Math.min(...years) : null,
    annualMileage: mileages.length > 0 ? mileages.reduce((sum, mileage) => sum + mileage, 0) : null,
    drivers: drivers.length,
    youngestDriverAge: ages.length > 0 ? Math.min(...ages) : null,
    suspendedDrivers: drivers.filter(({ licenseStatus }) => licenseStatus === 'SUSPENDED').length,
  };
}

function flat(values: Values): Facts {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (typeof value === 'string') return [name, isDayOrCode(value) ? value : redact(value)];
      return [name, typeof value === 'number' || typeof value === 'boolean' ? value : null];
    }),
  );
}

/** Days (a policy's end, not a birth) and enum values are kept as they are. */
function isDayOrCode(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) || /^[A-Z][A-Z_]*$/.test(value);
}
