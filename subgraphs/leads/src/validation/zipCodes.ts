import timeZoneAt from 'tz-lookup';
import zipcodes from 'zipcodes';

/** What is known of a ZIP code. */
export interface ZipPlace {
  zip: string;
  city: string;
  /** Two letters; territories (PR, GU, …) and military post (AA, AE, AP) included. */
  state: string;
  timeZone: string;
}

/** The zone of most people of a state, for ZIP codes whose coordinates are missing or lie in a zone of another country. */
const PRINCIPAL_ZONES: Readonly<Record<string, string>> = {
  ...zones('America/New_York', 'CT DC DE FL GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV AA'),
  ...zones('America/Chicago', 'AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI'),
  ...zones('America/Denver', 'CO MT NM UT WY'),
  ...zones('America/Los_Angeles', 'CA NV OR WA AP'),
  AE: 'Europe/Berlin',
  AK: 'America/Anchorage',
  AS: 'Pacific/Pago_Pago',
  AZ: 'America/Phoenix',
  FM: 'Pacific/Pohnpei',
  GU: 'Pacific/Guam',
  HI: 'Pacific/Honolulu',
  ID: 'America/Boise',
  IN: 'America/Indiana/Indianapolis',
  KY: 'America/Kentucky/Louisville',
  MH: 'Pacific/Majuro',
  MI: 'America/Detroit',
  MP: 'Pacific/Saipan',
  PR: 'America/Puerto_Rico',
  PW: 'Pacific/Palau',
  VI: 'America/St_Thomas',
};

/** Every zone that a state of the union uses; near a border the map of zones may answer with the neighbour country's. */
const US_ZONE =
  /^(America\/(New_York|Detroit|Chicago|Denver|Boise|Phoenix|Los_Angeles|Anchorage|Juneau|Sitka|Metlakatla|Yakutat|Nome|Adak|Menominee|Indiana\/.+|Kentucky\/.+|North_Dakota\/.+)|Pacific\/Honolulu)$/;

const TERRITORY_OR_MILITARY = new Set(['AA', 'AE', 'AP', 'AS', 'FM', 'GU', 'MH', 'MP', 'PR', 'PW', 'VI']);

export const stateCodes: ReadonlySet<string> = new Set(Object.keys(PRINCIPAL_ZONES));

/** Looks a ZIP code up, given as five digits or ZIP+4. Null when there is no such code. */
export function lookupZip(typed: string): ZipPlace | null {
  const zip = /^(\d{5})(?:-?\d{4})?$/.exec(typed.trim())?.[1];
  if (!zip || !Object.hasOwn(zipcodes.codes, zip)) return null;
  const record = zipcodes.codes[zip];
  if (record?.country !== 'US') return null;
  const { city, state } = record;
  return { zip, city, state, timeZone: zoneOf(state, record.latitude, record.longitude) };
}

function zoneOf(state: string, latitude: number | null, longitude: number | null): string {
  const principal = PRINCIPAL_ZONES[state] ?? 'America/New_York';
  // The coordinates of territories and military post are rough or those of the sorting centre: the state says more.
  if (TERRITORY_OR_MILITARY.has(state) || latitude === null || longitude === null) return principal;
  const zone = timeZoneAt(latitude, longitude);
  return US_ZONE.test(zone) ? zone : principal;
}

function zones(zone: string, states: string): Record<string, string> {
  return Object.fromEntries(states.split(' ').map((state) => [state, zone]));
}
