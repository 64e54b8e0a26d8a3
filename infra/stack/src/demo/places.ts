import { createRequire } from 'node:module';
import type { Faker } from '@faker-js/faker';
import { demoStates } from './states.ts';

/** The part of the package's table that is used here; the package ships no types. */
interface ZipTable {
  readonly codes: Readonly<Record<string, Place & { readonly country: string }>>;
}
const zipcodes: ZipTable = createRequire(import.meta.url)('zipcodes');

/** A ZIP with the city and state that it belongs to. */
export interface Place {
  readonly zip: string;
  readonly city: string;
  readonly state: string;
}

const placesByState = new Map<string, Place[]>(demoStates.map((state) => [state.code, []]));
for (const { zip, city, state, country } of Object.values(zipcodes.codes)) {
  if (country === 'US') placesByState.get(state)?.push({ zip, city, state });
}
for (const places of placesByState.values()) places.sort((a, b) => a.zip.localeCompare(b.zip));

/** A place in the state, each of its ZIPs equally likely. */
export function placeIn(faker: Faker, state: string): Place {
  const places = placesByState.get(state);
  if (!places || places.length === 0) throw new Error(`No ZIP is known for the state "${state}"`);
  return faker.helpers.arrayElement(places);
}

/** A ZIP of another state than the given one. */
export function placeOutside(faker: Faker, state: string): Place {
  const other = faker.helpers.arrayElement(demoStates.filter(({ code }) => code !== state));
  return placeIn(faker, other.code);
}

/** Five digits that the post has assigned to no place. */
export const unassignedZips = ['00000', '99999', '00123', '34999', '96999'].filter((zip) => !zipcodes.codes[zip]);
