import { randomBytes } from 'node:crypto';
import { seededRandom } from '../operations/seededRandom.ts';
import type { Row } from './copyRows.ts';

/** The rows of a lead in a store, by table. */
export type Rows = Readonly<Record<string, readonly Row[]>>;
export type StoreName = 'leads' | 'agents' | 'payments';

const DAY_MS = 86_400_000;
const SPAN_MS = 89 * DAY_MS;
/** Leads that follow each other lie anywhere in the span, evenly however many there are. */
const GOLDEN = 0.618_033_988_749_895;

export const SOURCES = 20;
export const AGENTS = 500;
const AGENCIES = 20;
const lines = ['AUTO', 'AUTO', 'AUTO', 'HOME', 'HOME', 'RENTERS', 'LIFE', 'HEALTH', 'MEDICARE', 'COMMERCIAL'] as const;
const states = 'CA TX FL NY PA IL OH GA NC MI NJ VA WA AZ MA TN IN MD MO WI CO MN SC AL LA KY OR OK CT UT'.split(' ');
/** How many of a hundred leads have come how far. */
const fates = [
  ...fate(6, 'REJECTED'),
  ...fate(6, 'DUPLICATE'),
  ...fate(10, 'DISQUALIFIED'),
  ...fate(4, 'NEEDS_REVIEW'),
  ...fate(24, 'EXPIRED'),
  ...fate(50, 'SOLD'),
];
type Fate = 'REJECTED' | 'DUPLICATE' | 'DISQUALIFIED' | 'NEEDS_REVIEW' | 'EXPIRED' | 'SOLD';

function fate(share: number, status: Fate): Fate[] {
  return Array.from({ length: share }, () => status);
}

/** Bits of lead.stages (leads, lifecycle/stages.ts). */
const stages: Readonly<Record<Fate, number>> = {
  ...{ REJECTED: 65, DUPLICATE: 129, DISQUALIFIED: 259 },
  ...{ NEEDS_REVIEW: 3, EXPIRED: 15, SOLD: 31 },
};
const ways: Readonly<Record<Fate, readonly string[]>> = {
  REJECTED: ['RECEIVED', 'REJECTED'],
  DUPLICATE: ['RECEIVED', 'DUPLICATE'],
  DISQUALIFIED: ['RECEIVED', 'VALIDATED', 'DISQUALIFIED'],
  NEEDS_REVIEW: ['RECEIVED', 'VALIDATED', 'NEEDS_REVIEW'],
  EXPIRED: ['RECEIVED', 'VALIDATED', 'QUALIFIED', 'ROUTING', 'OFFERED', 'UNSOLD', 'EXPIRED'],
  SOLD: ['RECEIVED', 'VALIDATED', 'QUALIFIED', 'ROUTING', 'OFFERED', 'SOLD'],
};

/** Ids of what the leads refer to; `n` from 0. */
export const sourceId = (n: number) => fixedId('1', n);
export const agentId = (n: number) => fixedId('2', n);
const agencyId = (n: number) => fixedId('3', n);
const campaignId = (n: number) => fixedId('4', n);
const REVENUE_ACCOUNT = '00000000-0000-7000-8000-000000000002';
const CASH_ACCOUNT = '00000000-0000-7000-8000-000000000001';

function fixedId(kind: string, n: number): string {
  return `00000000-0000-7000-8${kind}00-${String(n).padStart(12, '0')}`;
}

/** When lead `n` was received; `origin` is when loading began. To the millisecond. */
function receivedAt(n: number, origin: Date): Date {
  return new Date(origin.getTime() - DAY_MS + Math.floor(-SPAN_MS * ((n * GOLDEN) % 1)));
}

/** A UUIDv7 of an instant that belongs to row `part` of lead `n`. */
function timedId(at: Date, n: number, part = 0): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(part, 3)}-8000-${hex(n, 12)}`;
}

/** The id of lead `n`. */
export function leadId(n: number, origin: Date): string {
  return timedId(receivedAt(n, origin), n);
}

/** What the leads refer to, made once before them. */
export function surroundings(origin: Date): Readonly<Record<StoreName, Rows>> {
  const at = new Date(origin.getTime() - SPAN_MS - 2 * DAY_MS);
  const each = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
  const credit = (n: number) => fixedId('5', n);
  return {
    leads: {
      source: each(SOURCES, (n) => ({
        ...{ id: sourceId(n), version: 1, name: `feed ${n}`, partner: `partner-${n % 5}` },
        ...{ pricing_type: 'FIXED', pricing_cents: 500 + 25 * n, created_at: at },
      })),
    },
    agents: {
      agency: each(AGENCIES, (n) => ({ id: agencyId(n), legal_name: `Agency ${n}`, created_at: at })),
      agent: each(AGENTS, (n) => ({
        ...{ id: agentId(n), npn: `9${n}`, name: `Agent ${n}`, email: `agent${n}@example.com`, phone: '+12145550147' },
        ...{ agency_id: agencyId(n % AGENCIES), carriers: [], time_zone: 'America/Chicago', status: 'ACTIVE' },
        ...{ availability: 'AVAILABLE', created_at: at },
      })),
      // Paused: nothing is offered to them but what is loaded.
      campaign: each(AGENTS, (n) => ({
        ...{ id: campaignId(n), agent_id: agentId(n), name: `Campaign ${n}`, line: lines[n % lines.length] ?? 'AUTO' },
        ...{ states: ['TX'], zips: [], filters: '[]', min_score: 0, mode: 'SHARED', bid_cents: 10_000, priority: 0 },
        ...{ weight: 1, caps: '[]', schedule: '[]', auto_accept: false, status: 'PAUSED', created_at: at },
      })),
    },
    payments: {
      ledger_account: each(AGENTS, (n) => ({ id: agentId(n), kind: 'WALLET', agent_id: agentId(n) })),
      wallet: each(AGENTS, (n) => ({ agent_id: agentId(n), balance_cents: 0, created_at: at })),
      journal_entry: each(AGENTS, (n) => ({
        ...{ id: credit(n), kind: 'CREDIT', description: 'loaded', actor_kind: 'SYSTEM', actor_sub: 'perf' },
        booked_at: at,
      })),
      posting: each(AGENTS, (n) => [
        { entry_id: credit(n), account_id: CASH_ACCOUNT, amount_cents: 1e11 },
        { entry_id: credit(n), account_id: agentId(n), amount_cents: -1e11 },
      ]).flat(),
    },
  };
}

/** A lead with everything that belongs to it, the same whenever it is made but for what stands for hashes and ciphertext. */
export function loadedLead(n: number, origin: Date): Readonly<Record<StoreName, Rows>> {
  const number = seededRandom(n);
  const at = receivedAt(n, origin);
  const later = (seconds: number) => new Date(at.getTime() + seconds * 1_000);
  const id = leadId(n, origin);
  const status = fates[Math.floor(number() * fates.length)] ?? 'SOLD';
  const line = lines[Math.floor(number() * lines.length)] ?? 'AUTO';
  const state = states[Math.floor(number() ** 2 * states.length)] ?? 'CA';
  const source = Math.floor(number() ** 2 * SOURCES);
  const sharedCents = 1_500 + Math.floor(number() * 4_000);
  const isQualified = status === 'SOLD' || status === 'EXPIRED';
  const sales = status === 'SOLD' ? 1 + Math.floor(number() ** 2 * 3) : 0;
  const offered = isQualified ? Math.min(5, sales + 1 + Math.floor(number() * 2)) : 0;
  // Zipf with s = 1: the eighth buys ten times as much as the average, with a million leads what that one would with ten.
  const firstAgent = Math.floor(AGENTS ** number()) - 1;
  const isScored = !['REJECTED', 'DUPLICATE'].includes(status);
  const score = isScored ? Math.floor(number() * 101) : null;
  const tier = score === null ? null : score >= 80 ? 'HOT' : score >= 60 ? 'WARM' : score >= 40 ? 'COOL' : 'COLD';
  const way = ways[status];
  const bound = sales > 0 && number() < 0.2;

  const places = Array.from({ length: offered }, (_, place) => ({
    ...{ place, offerId: timedId(at, n, 16 + place), agent: (firstAgent + place * 7) % AGENTS },
    ...{ isSold: place < sales, answered: later(60 + place * 5 + Math.floor(number() * 200)) },
    ...{
      holdId: timedId(at, n, 32 + place),
      chargeId: timedId(at, n, 48 + place),
      entryId: timedId(at, n, 64 + place),
    },
  }));
  const sold = places.filter(({ isSold }) => isSold);
  const quoteId = (mode: number) => timedId(at, n, 8 + mode);

  return {
    leads: {
      lead: [
        {
          ...{ id, version: way.length, status, source_id: sourceId(source), external_id: `x${n}`, line, city: 'Town' },
          ...{ state, zip: '60601', time_zone: 'America/Chicago', language: 'en', age_band: '35_44' },
          details: status === 'REJECTED' ? null : { member: 'AutoDetails', values: { drivers: [{ age: 40 }] } },
          problems: status === 'REJECTED' ? '[{"code":"EMAIL_INVALID","field":"contact.email","message":"no"}]' : null,
          ...{ score, tier, stages: stages[status] | (bound ? 32 : 0), max_sales: 3, sold_count: sales },
          ...{ cost_cents: isScored ? 500 + 25 * source : null, is_test: false, received_at: at },
          ...{ status_changed_at: later(300), phone_hash: randomBytes(32), email_hash: randomBytes(32) },
          // As wide as a person is. There is no key to it: the contact is not asked for.
          sealed: status === 'REJECTED' ? null : randomBytes(600),
        },
      ],
      lead_event: way.map((to, index) => ({
        ...{ lead_id: id, version: index + 1, type: 'STATUS_CHANGED', occurred_at: later(index * 20) },
        ...{
          from_status: way[index - 1] ?? null,
          to_status: to,
          reason: null,
          actor_kind: 'SYSTEM',
          actor_sub: 'perf',
        },
        data: {},
      })),
      consent:
        status === 'REJECTED'
          ? []
          : [
              {
                ...{ lead_id: id, text: 'I agree to be called about insurance by the companies named here.' },
                ...{
                  text_version: '1',
                  page_url: 'https://quotes.example.com/start',
                  given_at: at,
                  channels: ['PHONE'],
                },
                ...{ scope: 'PARTNER_LIST', sellers: [], certificate_type: 'INTERNAL', certificate_ref: `R${n}` },
              },
            ],
      lead_buyer: sold.map(({ place, offerId, agent, chargeId, answered }) => ({
        ...{ offer_id: offerId, lead_id: id, agent_id: agentId(agent), charge_id: chargeId, price_cents: sharedCents },
        ...{ sale_number: place + 1, sold_at: answered, bound_at: bound && place === 0 ? later(DAY_MS / 1_000) : null },
        ...{ lead_status: status, lead_score: score ?? -1, line, state, source_id: sourceId(source), is_test: false },
      })),
      lead_external_id: [{ source_id: sourceId(source), external_id: `x${n}`, lead_id: id }],
      contact_claim: isScored
        ? [0, 1].map(() => ({ hash: randomBytes(32), line, is_test: false, lead_id: id, claimed_at: at }))
        : [],
    },
    agents: {
      routing: isQualified
        ? [
            {
              ...{ lead_id: id, state: sales > 0 ? 'FILLED' : 'UNSOLD', round: 1, last_round: 5, mode: 'SHARED' },
              ...{ max_sales: 3, accepted_count: sales, version: offered, created_at: at },
            },
          ]
        : [],
      lead_projection: isQualified ? [{ lead_id: id, version: 3, score, tier }] : [],
      offer: places.map(({ offerId, agent, isSold, answered, place }) => ({
        ...{ id: offerId, lead_id: id, agent_id: agentId(agent), campaign_id: campaignId(agent), round: 1 },
        ...{ mode: 'SHARED', status: isSold ? 'ACCEPTED' : place % 2 ? 'EXPIRED' : 'REJECTED' },
        ...{ settlement: isSold ? 'SETTLED' : 'NONE', quote_id: quoteId(0), price_cents: sharedCents },
        ...{ auto_accept: false, cap_buckets: '{}', window_ends_at: later(400), reserved_at: later(50) },
        ...{ offered_at: later(52), expires_at: later(352), accepted_at: isSold ? answered : null, ended_at: answered },
        version: 4,
      })),
      assignment: sold.map(({ offerId, agent, answered, place }) => ({
        ...{ id: timedId(at, n, 80 + place), offer_id: offerId, lead_id: id, agent_id: agentId(agent) },
        ...{ status: bound && place === 0 ? 'BOUND' : 'NEW', created_at: answered, changed_at: answered },
      })),
    },
    payments: {
      lead_projection: isQualified
        ? [
            {
              ...{ lead_id: id, line, facts: {}, tier: tier ?? 'COLD', score: score ?? 0, is_test: false },
              ...{ received_at: at, lead_version: 3, version: 2 },
            },
          ]
        : [],
      quote: isQualified
        ? ['SHARED', 'EXCLUSIVE'].map((mode, index) => ({
            ...{ id: quoteId(index), lead_id: id, kind: 'STANDARD', mode, price_cents: sharedCents * (index + 1) },
            ...{ breakdown: '[]', rule_version: '1', created_at: later(45), expires_at: later(945) },
          }))
        : [],
      offer_projection: places.map(({ offerId, agent, isSold }) => ({
        ...{
          offer_id: offerId,
          lead_id: id,
          agent_id: agentId(agent),
          ended_as: isSold ? null : 'EXPIRED',
          version: 3,
        },
      })),
      hold: places.map(({ holdId, offerId, agent, isSold, answered }) => ({
        ...{ id: holdId, offer_id: offerId, lead_id: id, agent_id: agentId(agent), quote_id: quoteId(0) },
        ...{ price_cents: sharedCents, status: isSold ? 'CAPTURED' : 'RELEASED', created_at: later(51) },
        ...{ expires_at: later(1_000), ended_at: answered },
      })),
      charge: sold.map(({ chargeId, offerId, holdId, agent, answered }) => ({
        ...{ id: chargeId, offer_id: offerId, hold_id: holdId, lead_id: id, agent_id: agentId(agent) },
        ...{
          quote_id: quoteId(0),
          price_cents: sharedCents,
          status: 'CAPTURED',
          is_test: false,
          captured_at: answered,
        },
      })),
      journal_entry: sold.map(({ entryId, chargeId, answered }) => ({
        ...{ id: entryId, kind: 'CHARGE', description: `Lead ${id}`, charge_id: chargeId, actor_kind: 'SYSTEM' },
        ...{ actor_sub: 'perf', booked_at: answered },
      })),
      posting: sold.flatMap(({ entryId, agent }) => [
        { entry_id: entryId, account_id: agentId(agent), amount_cents: sharedCents },
        { entry_id: entryId, account_id: REVENUE_ACCOUNT, amount_cents: -sharedCents },
      ]),
    },
  };
}
