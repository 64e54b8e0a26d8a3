/**
 * Makes `infra/stack/demo/leads.ndjson`: the leads of the demo, the same at every run.
 *
 *     node infra/stack/src/demo/generateLeads.ts [number of leads [seed]] > infra/stack/demo/leads.ndjson
 */
import { base, en, Faker } from '@faker-js/faker';
import { consentFor } from './consentFor.ts';
import { type DemoLine, type DemoMarket, demoLines } from './demoAgents.ts';
import { type DemoLead, demoEpoch } from './demoLead.ts';
import { detailsFor } from './detailsFor.ts';
import { type Flaw, flaws } from './flaws.ts';
import { generateAgents } from './generateAgents.ts';
import { notesFor } from './notesFor.ts';
import { PhoneBook } from './phoneBook.ts';
import { placeIn } from './places.ts';
import { type DemoState, demoStates } from './states.ts';

export const demoSeed = 20_261_123;
export const demoLeadCount = 1_000;

const lineWeights: readonly { weight: number; value: DemoLine }[] = [
  { weight: 34, value: 'AUTO' },
  { weight: 20, value: 'HOME' },
  { weight: 8, value: 'RENTERS' },
  { weight: 10, value: 'LIFE' },
  { weight: 11, value: 'HEALTH' },
  { weight: 9, value: 'MEDICARE' },
  { weight: 8, value: 'COMMERCIAL' },
];

/** Every 13th submission fails the validation, every 25th repeats an earlier one; the first 51 leads come from one state each. */
export function generateLeads(options: { count?: number; seed?: number; market?: DemoMarket } = {}): DemoLead[] {
  const { count = demoLeadCount, seed = demoSeed, market = generateAgents() } = options;
  const faker = new Faker({ locale: [en, base], seed });
  faker.setDefaultRefDate(demoEpoch);
  const phones = new PhoneBook();
  const leads: DemoLead[] = [];
  const originals: DemoLead[] = [];
  for (let index = 0; index < count; index++) {
    const flaw = index % 13 === 5 ? flaws[Math.floor(index / 13) % flaws.length] : undefined;
    const lead = makeLead(faker, index, market, phones, flaw);
    const repeated = index % 25 === 20 ? repeatOf(faker, originals, lead, Math.floor(index / 25)) : undefined;
    leads.push(repeated ?? (flaw ? flaw.spoil(faker, lead) : lead));
    if (!repeated && !flaw) originals.push(lead);
  }
  return leads;
}

function makeLead(
  faker: Faker,
  index: number,
  market: DemoMarket,
  phones: PhoneBook,
  flaw: Flaw | undefined,
): DemoLead {
  const state = stateFor(faker, index);
  const line = flaw?.line ?? demoLines[index] ?? faker.helpers.weightedArrayElement([...lineWeights]);
  const contact = makeContact(faker, index, line, state, phones);
  const place = placeIn(faker, state.code);
  const notes = notesFor(faker, line, contact);
  const source = faker.helpers.weightedArrayElement(market.sources.map((value, rank) => ({ weight: 4 - rank, value })));
  return {
    source: source.name,
    externalId: `${source.partner}-${String(index + 1).padStart(6, '0')}`,
    line,
    isTest: true,
    contact,
    address: {
      ...(percent(faker, 90) && { street: faker.location.streetAddress() }),
      city: place.city,
      state: state.code,
      zip: place.zip,
    },
    details: detailsFor(faker, line),
    ...(notes !== undefined && { notes }),
    consent: consentFor(
      faker,
      line,
      market.agencies.map(({ legalName }) => legalName),
    ),
  };
}

function stateFor(faker: Faker, index: number): DemoState {
  return (
    demoStates[index] ??
    faker.helpers.weightedArrayElement(demoStates.map((value) => ({ weight: value.weight, value })))
  );
}

/** One in ten has no e-mail address, one in twenty-five no phone; none lacks both. The first has a phone: by it a run is known (`nextRun`). */
function makeContact(
  faker: Faker,
  index: number,
  line: DemoLine,
  state: DemoState,
  phones: PhoneBook,
): DemoLead['contact'] {
  const firstName = faker.person.firstName();
  const lastName = faker.person.lastName();
  const reachable = faker.helpers.weightedArrayElement([
    { weight: 86, value: 'BOTH' },
    { weight: 10, value: 'PHONE' },
    { weight: 4, value: 'EMAIL' },
  ]);
  const phone = phones.next(state, faker.number.int({ min: 0, max: 4 }));
  const name = `${firstName}.${lastName}`.toLowerCase().replaceAll(/[^a-z.]/g, '');
  return {
    firstName,
    lastName,
    ...(reachable !== 'PHONE' && { email: `${name}.${index + 1}@example.com` }),
    ...((reachable !== 'EMAIL' || index === 0) && { phone }),
    ...(percent(faker, 88) && { dateOfBirth: dateOfBirth(faker, line) }),
  };
}

function dateOfBirth(faker: Faker, line: DemoLine): string {
  const age = line === 'MEDICARE' ? { min: 64, max: 84 } : { min: 19, max: 78 };
  return faker.date
    .birthdate({ mode: 'age', ...age })
    .toISOString()
    .slice(0, 10);
}

/**
 * An earlier good lead once more, far enough back that it has been stored when the repetition comes: in turn as the same person by phone,
 * the same person by e-mail, and the very same submission again.
 */
function repeatOf(faker: Faker, originals: readonly DemoLead[], fresh: DemoLead, turn: number): DemoLead | undefined {
  const old = originals
    .slice(0, -12)
    .filter(({ contact }) => contact.phone !== undefined && contact.email !== undefined);
  if (old.length === 0) return undefined;
  const original = faker.helpers.arrayElement(old);
  if (turn % 3 === 2) return original;
  const shared = turn % 3 === 0 ? { phone: original.contact.phone } : { email: original.contact.email };
  const contact = { ...fresh.contact, ...shared } as DemoLead['contact'];
  return { ...fresh, line: original.line, details: original.details, consent: original.consent, contact };
}

function percent(faker: Faker, share: number): boolean {
  return faker.number.int({ min: 1, max: 100 }) <= share;
}

/** NDJSON, one lead a line. */
export function leadsFile(leads: readonly DemoLead[]): string {
  return leads.map((lead) => `${JSON.stringify(lead)}\n`).join('');
}

if (import.meta.main) {
  const [count, seed] = process.argv.slice(2).map(Number);
  process.stdout.write(leadsFile(generateLeads({ ...(count && { count }), ...(seed && { seed }) })));
}
