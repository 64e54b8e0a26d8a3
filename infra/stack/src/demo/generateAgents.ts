/**
 * Makes `infra/stack/demo/agents.json`: the buyers' side of the demo, the same at every run.
 *
 *     node infra/stack/src/demo/generateAgents.ts > infra/stack/demo/agents.json
 */
import { base, en, Faker } from '@faker-js/faker';
import {
  authoritiesOf,
  type DemoAgency,
  type DemoAgent,
  type DemoCampaign,
  type DemoFilter,
  type DemoLicenses,
  type DemoLine,
  type DemoMarket,
  type DemoOpening,
  type DemoPool,
  type DemoSource,
  demoLines,
} from './demoAgents.ts';
import { type DemoState, demoStates } from './states.ts';

const SEED = 20_261_101;
const AGENTS = 200;
const AGENCIES = 25;

const carriers = [
  'Northwind Mutual',
  'Granite State Casualty',
  'Blue Heron Insurance',
  'Prairie Farm Mutual',
  'Harborlight Life',
  'Summit Health Plans',
  'Evergreen Indemnity',
  'Liberty Bell Assurance',
];

/** What an agent pays for a shared lead at most, in cents: above the dearest price of a hot lead for most, see `bidFor`. */
const usualBid: Readonly<Record<DemoLine, number>> = {
  AUTO: 3_500,
  HOME: 3_500,
  RENTERS: 2_000,
  LIFE: 5_000,
  HEALTH: 5_000,
  MEDICARE: 6_000,
  COMMERCIAL: 7_500,
};

const lineWeights: readonly { weight: number; value: DemoLine }[] = [
  { weight: 26, value: 'AUTO' },
  { weight: 18, value: 'HOME' },
  { weight: 9, value: 'RENTERS' },
  { weight: 12, value: 'LIFE' },
  { weight: 13, value: 'HEALTH' },
  { weight: 13, value: 'MEDICARE' },
  { weight: 9, value: 'COMMERCIAL' },
];

export const demoSources: readonly DemoSource[] = [
  { partner: 'acme', name: 'Acme Quotes', pricing: { type: 'FIXED', cents: 900 }, dailyCap: null },
  {
    partner: 'bluebird',
    name: 'Bluebird Media',
    pricing: { type: 'REVENUE_SHARE', basisPoints: 6_000 },
    dailyCap: null,
  },
  { partner: 'coverscout', name: 'CoverScout', pricing: { type: 'FIXED', cents: 1_200 }, dailyCap: null },
  {
    partner: 'policypath',
    name: 'PolicyPath',
    pricing: { type: 'REVENUE_SHARE', basisPoints: 5_500 },
    dailyCap: 50_000,
  },
];

/** Sources, agencies, pools, and agents with their licences, campaigns and opening credit. */
export function generateAgents(): DemoMarket {
  const faker = new Faker({ locale: [en, base], seed: SEED });
  faker.setDefaultRefDate('2026-11-01T15:00:00Z');
  const agencies = makeAgencies(faker);
  const agents = Array.from({ length: AGENTS }, (_, index) => makeAgent(faker, index, agencies));
  return { sources: demoSources, agencies, pools: makePools(faker), agents };
}

function makeAgencies(faker: Faker): DemoAgency[] {
  const names = new Set<string>();
  while (names.size < AGENCIES) {
    const ending = faker.helpers.arrayElement([
      'Insurance Group',
      'Insurance Agency LLC',
      'Brokers Inc',
      'Coverage Partners',
    ]);
    names.add(`${faker.person.lastName()} ${ending}`);
  }
  return [...names].map((legalName) => ({ legalName }));
}

function makeAgent(faker: Faker, index: number, agencies: readonly DemoAgency[]): DemoAgent {
  const home = homeState(faker, index);
  const states = [
    home,
    ...faker.helpers.arrayElements(
      demoStates.filter((state) => state !== home),
      { min: 3, max: 18 },
    ),
  ];
  const lines = linesFor(faker, index);
  const firstName = faker.person.firstName();
  const lastName = faker.person.lastName();
  // Every fiftieth agent cannot pay for a single lead, another one can pay for one or two.
  const creditCents =
    index % 50 === 17 ? 500 : index % 50 === 33 ? 9_000 : faker.number.int({ min: 15, max: 80 }) * 10_000;
  return {
    npn: String(7_100_000 + index * 37),
    name: `${firstName} ${lastName}`,
    email: `${slug(firstName)}.${slug(lastName)}.${index}@example.com`,
    phone: `+1${home.areaCodes[index % home.areaCodes.length]}55501${String(index % 100).padStart(2, '0')}`,
    agency: pick(agencies, index).legalName,
    carriers: faker.helpers.arrayElements(carriers, { min: 1, max: 2 }),
    timeZone: home.timeZone,
    creditCents,
    licenses: makeLicenses(states, lines, index),
    campaigns: lines.flatMap((line) => makeCampaigns(faker, line, states, index)),
  };
}

/** The first 51 agents live in one state each, so no state is without an agent; the others where the people are. */
function homeState(faker: Faker, index: number): DemoState {
  if (index < demoStates.length) return pick(demoStates, index);
  return faker.helpers.weightedArrayElement(demoStates.map((value) => ({ weight: value.weight, value })));
}

/** Each agent begins with another line, so that every line has agents from every agency; one or two more by how common they are. */
function linesFor(faker: Faker, index: number): DemoLine[] {
  const lines = new Set<DemoLine>([pick(demoLines, index)]);
  const wanted = faker.number.int({ min: 1, max: 3 });
  while (lines.size < wanted) lines.add(faker.helpers.weightedArrayElement([...lineWeights]));
  return [...lines];
}

/** One in twenty-nine licences outside the home state ran out: the agent's campaigns fail there with LICENSE. */
function makeLicenses(states: readonly DemoState[], lines: readonly DemoLine[], index: number): DemoLicenses[] {
  const authorities = [...new Set(lines.flatMap((line) => authoritiesOf[line]))];
  const codes = (wanted: (place: number) => boolean) =>
    states.filter((_, place) => wanted(place)).map(({ code }) => code);
  const lapsed = (place: number) => place > 0 && (index + place) % 29 === 0;
  return authorities.flatMap((lineOfAuthority) =>
    [
      { lineOfAuthority, states: codes((place) => !lapsed(place)), effective: '2024-01-01', expires: '2035-12-31' },
      { lineOfAuthority, states: codes(lapsed), effective: '2023-07-01', expires: '2026-06-30' },
    ].filter((licenses) => licenses.states.length > 0),
  );
}

function makeCampaigns(faker: Faker, line: DemoLine, states: readonly DemoState[], index: number): DemoCampaign[] {
  const mode = faker.helpers.weightedArrayElement([
    { weight: 3, value: 'SHARED' as const },
    { weight: 1, value: 'EXCLUSIVE' as const },
  ]);
  const first = makeCampaign(faker, line, states, mode, index);
  // Every sixth agent buys the line both ways.
  const other = mode === 'SHARED' ? ('EXCLUSIVE' as const) : ('SHARED' as const);
  return index % 6 === 0 ? [first, makeCampaign(faker, line, states, other, index + 1)] : [first];
}

function makeCampaign(
  faker: Faker,
  line: DemoLine,
  states: readonly DemoState[],
  mode: 'EXCLUSIVE' | 'SHARED',
  index: number,
): DemoCampaign {
  return {
    name: `${line[0]}${line.slice(1).toLowerCase()} ${mode.toLowerCase()}`,
    line,
    states: states.map(({ code }) => code),
    zips: [],
    filters: filtersFor(line, index),
    minScore: faker.helpers.arrayElement([0, 0, 0, 20, 40, 55]),
    mode,
    bidCents: bidFor(faker, line, mode),
    priority: faker.helpers.arrayElement([0, 0, 1]),
    weight: faker.number.int({ min: 1, max: 5 }),
    caps: capsFor(index),
    schedule: scheduleFor(faker, index),
    autoAccept: index % 20 === 4,
  };
}

/** An exclusive lead costs 2.5 shared ones (domain reference, "payments"). Every tenth bid is too low for any but cold leads. */
function bidFor(faker: Faker, line: DemoLine, mode: 'EXCLUSIVE' | 'SHARED'): number {
  const share = faker.number.int({ min: 0, max: 9 }) === 0 ? 30 : faker.number.int({ min: 90, max: 160 });
  return Math.round((usualBid[line] * (mode === 'EXCLUSIVE' ? 2.5 : 1) * share) / 100);
}

/** Every seventh campaign is choosy: a call must be possible, and the risk must look usual. */
function filtersFor(line: DemoLine, index: number): DemoFilter[] {
  if (index % 7 !== 2) return [];
  const reachable: DemoFilter = { field: 'phone.valid', operator: 'EQUALS', values: ['true'], allowMissing: false };
  const usual = usualRisk[line];
  return usual ? [reachable, usual] : [reachable];
}

const usualRisk: Readonly<Partial<Record<DemoLine, DemoFilter>>> = {
  AUTO: { field: 'details.incidents', operator: 'AT_MOST', values: ['1'], allowMissing: true },
  HOME: { field: 'details.claims', operator: 'AT_MOST', values: ['1'], allowMissing: true },
  LIFE: { field: 'details.tobacco', operator: 'EQUALS', values: ['false'], allowMissing: false },
  HEALTH: { field: 'details.tobacco', operator: 'EQUALS', values: ['false'], allowMissing: true },
};

function capsFor(index: number): DemoCampaign['caps'] {
  if (index % 10 === 3) return [{ period: 'DAY', count: 8, spendCents: null }];
  if (index % 10 === 6) return [{ period: 'WEEK', count: null, spendCents: 60_000 }];
  if (index % 25 === 11)
    return [
      { period: 'HOUR', count: 2, spendCents: null },
      { period: 'MONTH', count: 200, spendCents: null },
    ];
  return [];
}

/** Most campaigns are always open, so that the demo sells at night and on Sundays too; one in eight keeps office hours. */
function scheduleFor(faker: Faker, index: number): DemoOpening[] {
  if (index % 8 !== 5) return [];
  const from = faker.helpers.arrayElement(['08:00', '09:00']);
  const to = faker.helpers.arrayElement(['17:00', '18:30']);
  return [1, 2, 3, 4, 5].map((day) => ({ day, from, to }));
}

/** Two in five markets have a pool of their own; the rest go by the platform's default, in turn. */
function makePools(faker: Faker): DemoPool[] {
  return demoLines.flatMap((line) =>
    demoStates.flatMap((state) => {
      const strategy = faker.helpers.weightedArrayElement<DemoPool['strategy'] | undefined>([
        { weight: 12, value: undefined },
        { weight: 3, value: 'AUCTION' },
        { weight: 4, value: 'WEIGHTED' },
        { weight: 1, value: 'ROUND_ROBIN' },
      ]);
      return strategy ? [{ line, state: state.code, strategy }] : [];
    }),
  );
}

function pick<T>(values: readonly T[], index: number): T {
  const value = values[index % values.length];
  if (value === undefined) throw new Error('Nothing to pick from');
  return value;
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, '');
}

/** One line an entry, so that a change of the generator shows as a readable difference. */
export function marketFile(market: DemoMarket): string {
  const lists = Object.entries(market).map(
    ([name, entries]) => `"${name}": [\n${entries.map((entry: unknown) => JSON.stringify(entry)).join(',\n')}\n]`,
  );
  return `{\n${lists.join(',\n')}\n}\n`;
}

if (import.meta.main) process.stdout.write(marketFile(generateAgents()));
