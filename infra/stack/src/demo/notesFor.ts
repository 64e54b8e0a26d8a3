import type { Faker } from '@faker-js/faker';
import type { DemoLine } from './demoAgents.ts';

const urgent = [
  'My policy expires this week and I need a quote today.',
  'Ready to switch if the price is right.',
  'Closing on Friday, need proof of insurance asap.',
  'Renewal came in 30% higher, switching this month.',
  'Lost coverage at work, need something right away.',
];
const calm = [
  'Would like to compare what is out there.',
  'Please email first, I work nights.',
  'Looking for a better deductible.',
  'Prefer a local agent if possible.',
  'Had the same company for twelve years.',
];
const idle = ['Just looking for now.', 'Maybe next year.', 'Only browsing, not in a hurry.'];

const byLine: Readonly<Record<DemoLine, readonly string[]>> = {
  AUTO: ['Two cars, one is leased.', 'My son gets his license in spring.', 'I drive about 6,000 miles a year.'],
  HOME: ['New roof two years ago.', 'We have a dog and a trampoline.', 'The basement flooded once.'],
  RENTERS: ['Landlord asks for 100k liability.', 'Moving in on the first.'],
  LIFE: ['We just had a baby.', 'Want the mortgage covered.', 'Term only please.'],
  HEALTH: ['Need my doctor in network.', 'Self-employed since June.'],
  MEDICARE: ['Turning 65 soon and confused by the mail.', 'I want to keep my cardiologist.'],
  COMMERCIAL: ['Three vans and a small shop.', 'General contractor asks for a certificate.'],
};

/** Free text as people type it; about a fifth carries personal data, which must be gone before any other service sees it. */
export function notesFor(
  faker: Faker,
  line: DemoLine,
  person: { firstName: string; lastName: string; phone?: string | undefined; email?: string | undefined },
): string | undefined {
  if (faker.number.int({ min: 1, max: 100 }) > 55) return undefined;
  const mood = faker.helpers.weightedArrayElement([
    { weight: 4, value: urgent },
    { weight: 4, value: calm },
    { weight: 2, value: idle },
  ]);
  const sentences = [faker.helpers.arrayElement(mood)];
  if (faker.datatype.boolean()) sentences.push(faker.helpers.arrayElement(byLine[line]));
  if (faker.number.int({ min: 1, max: 5 }) === 1) sentences.push(faker.helpers.arrayElement(personal(faker, person)));
  return sentences.join(' ');
}

function personal(
  faker: Faker,
  person: { firstName: string; lastName: string; phone?: string | undefined; email?: string | undefined },
): string[] {
  return [
    `Call me at ${person.phone ?? '202-555-0123'} after 5, ask for ${person.firstName}.`,
    `Write to ${person.email ?? 'me@example.com'} please.`,
    `My SSN is 900-${faker.string.numeric(2)}-${faker.string.numeric(4)} if you need it.`,
    `Born ${faker.number.int({ min: 1, max: 12 })}/${faker.number.int({ min: 1, max: 28 })}/19${faker.string.numeric({ length: 2, allowLeadingZeros: true })}.`,
    `${person.firstName} ${person.lastName}, card 4111 1111 1111 1111.`,
  ];
}
