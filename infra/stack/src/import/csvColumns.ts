/**
 * The columns that a CSV file of leads may have, and where each goes in the input of `createLead`. Headers are compared without regard to
 * case, blanks, dashes and underscores: `First Name`, `first_name` and `firstName` are one. A header that is not in the table is a
 * mistake unless `--map` gives it a column of the table (or an empty one, to leave it out).
 *
 * Kinds: `text` as it stands; `int` a whole number; `flag` true/false, yes/no, 1/0; `list` entries separated by `|`; `json` a JSON value
 * (the drivers and vehicles of an AUTO lead). An empty cell means that the field is not given. Details columns go to the member of
 * `details` that belongs to the row's line, e.g. `yearBuilt` of a HOME row to `details.home.yearBuilt`.
 */
export type ColumnKind = 'text' | 'int' | 'flag' | 'list' | 'json';

export interface Column {
  readonly name: string;
  readonly path: readonly string[];
  readonly kind: ColumnKind;
}

const plain: Readonly<Record<string, readonly [path: string, kind?: ColumnKind]>> = {
  source: ['source'],
  externalId: ['externalId'],
  line: ['line'],
  language: ['language'],
  notes: ['notes'],
  maxSales: ['maxSales', 'int'],
  isTest: ['isTest', 'flag'],
  firstName: ['contact.firstName'],
  lastName: ['contact.lastName'],
  email: ['contact.email'],
  phone: ['contact.phone'],
  dateOfBirth: ['contact.dateOfBirth'],
  street: ['address.street'],
  city: ['address.city'],
  state: ['address.state'],
  zip: ['address.zip'],
  consentText: ['consent.text'],
  consentTextVersion: ['consent.textVersion'],
  consentPageUrl: ['consent.pageUrl'],
  consentIp: ['consent.ip'],
  consentUserAgent: ['consent.userAgent'],
  consentGivenAt: ['consent.givenAt'],
  consentChannels: ['consent.channels', 'list'],
  consentScope: ['consent.scope'],
  consentSellers: ['consent.sellers', 'list'],
  certificateType: ['consent.certificateType'],
  certificateRef: ['consent.certificateRef'],
};

const details: Readonly<Record<ColumnKind, readonly string[]>> = {
  text: [
    'currentInsurer',
    'expiresOn',
    'propertyType',
    'moveInOn',
    'productType',
    'qualifyingEvent',
    'businessName',
    'industry',
    'description',
  ],
  int: [
    'monthsInsured',
    'incidents',
    'yearBuilt',
    'squareFeet',
    'roofAge',
    'claims',
    'personalPropertyCents',
    'amountCents',
    'termYears',
    'householdSize',
    'householdIncomeCents',
    'employees',
    'annualRevenueCents',
    'yearsInBusiness',
  ],
  flag: ['tobacco', 'partA', 'partB'],
  list: ['coverages'],
  json: ['drivers', 'vehicles'],
};

/** Stands for the member of `details` that the row's line has. */
export const LINE_MEMBER = '<line>';

const columns = new Map<string, Column>([
  ...Object.entries(plain).map(([name, [path, kind = 'text']]) => entry(name, path.split('.'), kind)),
  ...(Object.entries(details) as [ColumnKind, readonly string[]][]).flatMap(([kind, names]) =>
    names.map((name) => entry(name, ['details', LINE_MEMBER, name], kind)),
  ),
]);

/** The column of a header, or undefined when there is none of that name. */
export function columnOf(header: string): Column | undefined {
  return columns.get(plainName(header));
}

/** The names of all columns, for messages. */
export const columnNames: readonly string[] = [...columns.values()].map(({ name }) => name);

function entry(name: string, path: readonly string[], kind: ColumnKind): [string, Column] {
  return [plainName(name), { name, path, kind }];
}

function plainName(header: string): string {
  return header.toLowerCase().replaceAll(/[\s_.-]/g, '');
}
