import { seededRandom } from '../../operations/seededRandom.ts';
import { agentId, leadId, sourceId } from '../loadedLeads.ts';
import type { SubgraphUnderTest } from '../statements.ts';
import type { Scale } from './fitGrowth.ts';

/** Who asks: lists show partners and agents their own leads, and contacts are looked up by those who may see them. */
export const askers = {
  operator: { kind: 'OPERATOR', sub: 'perf', scopes: ['contacts:read'] },
  partner: { kind: 'PARTNER', sub: 'partner-3', scopes: [] },
  agent: { kind: 'AGENT', sub: agentId(7), scopes: [] },
} as const;
export type Asker = keyof typeof askers;

/** An operation of the subgraph's schema with its variables. */
export interface Request {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A request of which the same is asked at every size, so that its plans can be held against each other. */
export interface GrowthCase {
  readonly name: string;
  readonly request: Request;
  /** Where the page lies: the first entry of this list is the one before it. */
  readonly behind?: Request;
  /** How many months its dates touch; undefined where that is not to be counted. */
  readonly months?: number;
}

/** One kind of read. */
export interface GrowthRead {
  readonly name: string;
  readonly kind: 'lead' | 'page' | 'report';
  readonly subgraph: SubgraphUnderTest;
  readonly asker: Asker;
  /** The statement that is meant, among all that the subgraph sends meanwhile. */
  readonly statement: RegExp;
  /** What theory says that it grows with. */
  readonly theory: Scale;
  readonly cases: readonly GrowthCase[];
}

const DAY_MS = 86_400_000;
const LEADS = 400;
/** Of each sort, at the beginning and further on. */
const PAGES = 12;
const lines = ['AUTO', 'HOME', 'RENTERS', 'LIFE', 'HEALTH', 'MEDICARE', 'COMMERCIAL'];
const states = ['CA', 'TX', 'FL', 'NY', 'PA', 'IL', 'OH', 'GA', 'WA', 'LA', 'OR', 'UT'];

// Selected is what needs no other statement.
const LEAD = 'query ($id: ID!) { lead(id: $id) { id version status line score tier receivedAt } }';
const LIST = `query ($first: Int!, $after: String, $filter: LeadFilter, $sort: LeadSort) {
  leads(first: $first, after: $after, filter: $filter, sort: $sort) { edges { cursor node { id version status line score } } pageInfo { hasNextPage } } }`;
const ANY_LEAD = /^SELECT .* FROM "lead" "lead"(?!.*FOR UPDATE)/s;

type Random = () => number;
const any = <T>(values: readonly T[], random: Random) => values[Math.floor(random() * values.length)] as T;
const hex = (random: Random) => Math.floor(random() * 1e6);

interface ListFilter {
  readonly filter: (random: Random, origin: Date) => object;
  readonly asker?: Asker;
  /** Of which scores there are any with this filter. */
  readonly scores?: readonly [number, number];
  /** Default: the logarithm, for a page is found in an index. */
  readonly theory?: Scale;
}

/** Every filter of the list, alone, and some together. What is drawn is the same at every size. */
const filters: Readonly<Record<string, ListFilter>> = {
  'no filter': { filter: () => ({}) },
  'a status': { filter: (random) => ({ status: [any(['SOLD', 'EXPIRED', 'DISQUALIFIED', 'REJECTED'], random)] }) },
  'a rare status': { filter: () => ({ status: ['NEEDS_REVIEW'] }) },
  'two statuses': { filter: () => ({ status: ['SOLD', 'EXPIRED'] }) },
  'a line': { filter: (random) => ({ line: [any(lines, random)] }) },
  'a state': { filter: (random) => ({ state: [any(states, random)] }) },
  'three states': { filter: () => ({ state: ['CA', 'NY', 'UT'] }) },
  'a source': { filter: (random) => ({ sourceId: [sourceId(Math.floor(random() * 20))] }) },
  'status, line and state': {
    filter: (random) => ({ status: ['SOLD'], line: [any(lines, random)], state: [any(states, random)] }),
  },
  'a high score': { filter: () => ({ scoreMin: 95 }), scores: [95, 100] },
  'scores between': { filter: () => ({ scoreMin: 20, scoreMax: 22 }), scores: [20, 22] },
  // Loaded leads have random hashes, of which nobody knows a number: what is measured is to find nothing.
  'a phone number': { filter: (random) => ({ phone: `+1312555${String(hex(random) % 10_000).padStart(4, '0')}` }) },
  'an email address': { filter: (random) => ({ email: `somebody${hex(random)}@mail.example.com` }) },
  'no test leads': { filter: () => ({ includeTest: false }) },
  'a week': {
    filter(random, origin) {
      const from = new Date(origin.getTime() - (10 + Math.floor(random() * 75)) * DAY_MS);
      return { receivedFrom: from.toISOString(), receivedTo: new Date(from.getTime() + 7 * DAY_MS).toISOString() };
    },
  },
  'a partner’s own': { filter: () => ({}), asker: 'partner' },
  'an agent’s own': { filter: () => ({}), asker: 'agent' },
  'an agent’s own, a status': { filter: () => ({ status: ['SOLD'] }), asker: 'agent' },
  // Passed are as many of the agent's entries as the filters' shares say.
  'an agent’s own, status, line and state': {
    filter: (random) => ({ status: ['SOLD'], line: [any(lines, random)], state: [any(states, random)] }),
    asker: 'agent',
  },
};

/** What is asked for at every size; `leads` are there. */
export function growthReads({ leads, origin }: { leads: number; origin: Date }): readonly GrowthRead[] {
  return [leadById(leads, origin), ...listReads(origin), ...reportReads(origin)];
}

function leadById(leads: number, origin: Date): GrowthRead {
  const random = seededRandom(1);
  return {
    ...{ name: 'lead by id', kind: 'lead', subgraph: 'leads', asker: 'operator', theory: 'log leads' },
    statement: ANY_LEAD,
    cases: Array.from({ length: LEADS }, () => ({
      ...{ name: '', months: 1 },
      // Zipf with s = 1, as in the load
      request: {
        query: LEAD,
        variables: { id: leadId((Math.floor(leads ** random()) * 7_919) % leads, origin) },
      },
    })),
  };
}

function listReads(origin: Date): GrowthRead[] {
  return Object.entries(filters).map(([name, list], index) => {
    const random = seededRandom(100 + index);
    const cases = (['RECEIVED_AT', 'SCORE'] as const).flatMap((field) =>
      (['DESC', 'ASC'] as const).flatMap((direction) =>
        Array.from({ length: PAGES }, () => {
          const [first, later] = pagesOf(list, { field, direction }, { random, origin });
          return [first, later];
        }).flat(),
      ),
    );
    return {
      ...{ name: `page: ${name}`, kind: 'page', subgraph: 'leads', asker: list.asker ?? 'operator' },
      ...{ statement: ANY_LEAD, theory: list.theory ?? 'log leads', cases },
    };
  });
}

interface Sort {
  readonly field: 'RECEIVED_AT' | 'SCORE';
  readonly direction: 'DESC' | 'ASC';
}

/** The first page of a list, and one that begins anywhere in it. */
function pagesOf(
  { filter, scores = [0, 100] }: ListFilter,
  sort: Sort,
  { random, origin }: { random: Random; origin: Date },
): [GrowthCase, GrowthCase] {
  const wanted = filter(random, origin);
  const name = `${sort.field} ${sort.direction}`;
  const months = monthsOf(wanted);
  const request = { query: LIST, variables: { first: 20, filter: wanted, sort } };
  const [low, high] = scores;
  const score = low + Math.floor(random() * (high - low + 1));
  const at = new Date(origin.getTime() - (2 + random() * 86) * DAY_MS).toISOString();
  const from = sort.direction === 'DESC' ? { receivedTo: at } : { receivedFrom: at };
  const fromScore = sort.direction === 'DESC' ? { scoreMax: score } : { scoreMin: score };
  // Cursors do not say of which filter they are, only of which sort.
  const place = { ...from, ...(sort.field === 'SCORE' && fromScore) };
  return [
    { name: `${name}, first`, request, ...months },
    {
      ...{ name: `${name}, later`, request, ...months },
      behind: { query: LIST, variables: { first: 1, filter: place, sort } },
    },
  ];
}

function monthsOf(filter: { receivedFrom?: string; receivedTo?: string }): { months?: number } {
  const { receivedFrom: from, receivedTo: to } = filter;
  return from && to ? { months: from.slice(0, 7) === to.slice(0, 7) ? 1 : 2 } : {};
}

const reports: Readonly<Record<string, { readonly rollup: string; readonly fields: string }>> = {
  funnelReport: { rollup: 'funnel', fields: 'received validated qualified offered sold bound' },
  revenueReport: { rollup: 'money', fields: 'costCents revenueCents returnRate costPerAcquisitionCents' },
  speedToLeadReport: { rollup: 'speed', fields: 'step leads p50Seconds p95Seconds' },
};
const groups = [[], ['DAY'], ['SOURCE'], ['LINE'], ['STATE'], ['SOURCE', 'LINE']];
const boardSorts = ['OFFERS', 'ACCEPTED', 'ACCEPTANCE_RATE', 'TIME_TO_ACCEPT', 'SOLD', 'BOUND', 'SPEND'];

function reportReads(origin: Date): GrowthRead[] {
  const day = (offset: number) => new Date(origin.getTime() + offset * DAY_MS).toISOString().slice(0, 10);
  const range = { from: day(-90), to: day(0) };
  const random = seededRandom(7);
  const ofLeads = Object.entries(reports).map(([field, { rollup, fields }]): GrowthRead => {
    const query = `query ($range: ReportRange!, $filter: LeadReportFilter, $groupBy: [LeadReportGroup!]) { ${field}(range: $range, filter: $filter, groupBy: $groupBy) { ${fields} } }`;
    const cases = groups.flatMap((groupBy) =>
      Object.entries({
        all: () => ({}),
        'a line': () => ({ line: [any(lines, random)] }),
        'a state': () => ({ state: [any(states, random)] }),
        'a source': () => ({ source: [sourceId(Math.floor(random() * 20))] }),
        'a line and a state': () => ({ line: [any(lines, random)], state: [any(states, random)] }),
      }).flatMap(([name, filter]) =>
        Array.from({ length: 4 }, () => ({
          name: `by ${groupBy.join(' and ') || 'nothing'}, ${name}`,
          request: { query, variables: { range, groupBy, filter: filter() } },
        })),
      ),
    );
    return {
      ...{ name: field, kind: 'report', subgraph: 'leads', asker: 'operator', theory: 'log leads', cases },
      statement: new RegExp(`^SELECT .* FROM ${rollup}_rollup `, 's'),
    };
  });
  const query =
    'query ($range: ReportRange!, $sort: AgentLeaderboardSort!) { agentLeaderboard(range: $range, sort: $sort, first: 20) { edges { cursor node { offers accepted sold bound spendCents } } } }';
  return [
    ...ofLeads,
    {
      ...{ name: 'agentLeaderboard', kind: 'report', subgraph: 'agents', asker: 'operator', theory: 'log leads' },
      statement: /^SELECT \* FROM .* FROM leaderboard_rollup /s,
      cases: boardSorts.flatMap((sort) =>
        Array.from({ length: 10 }, () => ({ name: sort, request: { query, variables: { range, sort } } })),
      ),
    },
  ];
}
