import type { Faker } from '@faker-js/faker';
import type { DemoLine } from './demoAgents.ts';
import type { DemoLead } from './demoLead.ts';
import { detailsFor } from './detailsFor.ts';
import { placeOutside, unassignedZips } from './places.ts';
import { demoVehicle } from './vin.ts';

/** One way in which a submission fails the validation of leads: the code it is answered with, and what makes it so. */
export interface Flaw {
  readonly code: string;
  /** The only line that has such a field. */
  readonly line?: DemoLine;
  spoil(faker: Faker, lead: DemoLead): DemoLead;
}

/** One flaw for each validation code but two: a test lead's fictional number is fine, and every lead of the demo has its consent. */
export const flaws: readonly Flaw[] = [
  {
    code: 'PHONE_INVALID',
    spoil: (faker, lead) =>
      contact(lead, {
        phone: faker.helpers.arrayElement(['555-0147', '(123) 555-0112', '000-555-0199', 'call me', '21255501471']),
      }),
  },
  {
    code: 'PHONE_NOT_US',
    spoil: (faker, lead) =>
      contact(lead, { phone: faker.helpers.arrayElement(['+44 20 7946 0958', '+1 416 555 0123', '+49 30 23125 123']) }),
  },
  {
    code: 'PHONE_TOLL_FREE',
    spoil: (faker, lead) =>
      contact(lead, { phone: `${faker.helpers.arrayElement(['800', '888', '877'])}-555-0${faker.string.numeric(3)}` }),
  },
  {
    code: 'EMAIL_INVALID',
    spoil: (faker, lead) =>
      contact(lead, {
        email: faker.helpers.arrayElement(['jane.example.com', 'jane@@example.com', 'jane doe@example', 'none@']),
      }),
  },
  {
    code: 'EMAIL_DISPOSABLE',
    spoil: (faker, lead) =>
      contact(lead, {
        email: `quote${faker.string.numeric(5)}@${faker.helpers.arrayElement(['mailinator.com', 'guerrillamail.com', 'yopmail.com'])}`,
      }),
  },
  { code: 'ZIP_UNKNOWN', spoil: (faker, lead) => address(lead, { zip: faker.helpers.arrayElement(unassignedZips) }) },
  {
    code: 'ZIP_STATE_MISMATCH',
    spoil: (faker, lead) => address(lead, { zip: placeOutside(faker, lead.address.state).zip }),
  },
  {
    code: 'AGE_UNDER_18',
    spoil: (faker, lead) =>
      contact(lead, {
        dateOfBirth: `20${faker.number.int({ min: 16, max: 23 })}-0${faker.number.int({ min: 1, max: 9 })}-14`,
      }),
  },
  {
    code: 'VIN_INVALID',
    line: 'AUTO',
    spoil: (faker, lead) => {
      const vehicle = demoVehicle(faker, { valid: false });
      const vin = faker.datatype.boolean() ? vehicle.vin : `${vehicle.vin.slice(0, 6)}O${vehicle.vin.slice(7)}`;
      return { ...lead, details: { auto: { ...(lead.details.auto as object), vehicles: [{ ...vehicle, vin }] } } };
    },
  },
  {
    code: 'DETAILS_LINE_MISMATCH',
    spoil: (faker, lead) => ({ ...lead, details: detailsFor(faker, lead.line === 'LIFE' ? 'RENTERS' : 'LIFE') }),
  },
  {
    code: 'CONSENT_CERTIFICATE_INVALID',
    spoil: (faker, lead) => ({
      ...lead,
      consent: {
        ...lead.consent,
        ...faker.helpers.arrayElement([
          { certificateType: 'TRUSTEDFORM' as const, certificateRef: 'https://certificates.example.com/8f14e45f' },
          { certificateType: 'JORNAYA' as const, certificateRef: '8F14E45F-CEEA-167A' },
        ]),
      },
    }),
  },
];

function contact(lead: DemoLead, changed: Partial<DemoLead['contact']>): DemoLead {
  return { ...lead, contact: { ...lead.contact, ...changed } };
}

function address(lead: DemoLead, changed: Partial<DemoLead['address']>): DemoLead {
  return { ...lead, address: { ...lead.address, ...changed } };
}
