import {
  createTestDatabase,
  faultsOf,
  numberedId,
  numberedIdSql,
  pageFaults,
  type TestDatabase,
  timedId,
} from '@leadgraph/kit/testing';
import { Any } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentsStore } from './agentsStore.js';
import { Assignment } from './assignment.js';
import { type CampaignListFilter, listAgencies, listAgents, listCampaigns } from './marketLists.js';
import { newestOf } from './newestOf.js';
import { Notification } from './notification.js';
import { Offer } from './offer.js';
import { listOffers, type OfferListFilter } from './offerList.js';

const AGENTS = 10_000;
const CAMPAIGNS = 20_000;
const OFFERS = 60_000;
/** Offers go to this many agents, so each has a thousand. */
const BUYERS = 60;
const DAY_MS = 86_400_000;
const PAGE = 20;
const now = new Date();
const agentId = numberedId('a', 7);
const leadId = numberedId('1', 300);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(agentsStore);
  const { db } = database;
  await db.query(
    `INSERT INTO agency (id, legal_name) SELECT ${numberedIdSql('b', 'n')}, 'Agency ' || n FROM generate_series(0, 4999) AS n`,
  );
  await db.query(
    `INSERT INTO agent (id, npn, name, email, phone, agency_id, carriers, time_zone, status, availability)
     SELECT ${numberedIdSql('a', 'n')}, n, 'Agent ' || n, 'a@example.com', '+12145550147', ${numberedIdSql('b', 'n % 5000')}, '{}', 'UTC',
       CASE WHEN n % 500 = 3 THEN 'SUSPENDED' WHEN n % 10 = 1 THEN 'PAUSED' ELSE 'ACTIVE' END, 'AVAILABLE'
     FROM generate_series(0, $1::int - 1) AS n`,
    [AGENTS],
  );
  // WY is wanted by few, and then together with half of the others; MEDICARE is rare
  await db.query(
    `INSERT INTO campaign (id, agent_id, name, line, states, zips, filters, min_score, mode, bid_cents, priority, weight, caps, schedule, auto_accept, status)
     SELECT ${numberedIdSql('c', 'n')}, ${numberedIdSql('a', 'n % $2::int')}, 'Campaign ' || n, CASE WHEN n % 400 = 5 THEN 'MEDICARE' ELSE (ARRAY['AUTO','HOME','LIFE'])[1 + n % 3] END,
       CASE WHEN n % 400 = 5 THEN '{TX,CA,WY}' ELSE (ARRAY['{TX}','{CA,TX}','{FL}','{NY,FL,CA}'])[1 + n % 4]::text[] END, '{}', '[]', 0,
       CASE WHEN n % 2 = 0 THEN 'SHARED' ELSE 'EXCLUSIVE' END, 100, 0, 1, '[]', '[]', false,
       CASE WHEN n % 300 = 4 THEN 'PAUSED' WHEN n % 3 = 0 THEN 'ARCHIVED' ELSE 'ACTIVE' END
     FROM generate_series(0, $1::int - 1) AS n`,
    [CAMPAIGNS, AGENTS],
  );
  await db.query('INSERT INTO campaign_state (line, state, campaign_id) SELECT line, unnest(states), id FROM campaign');
  // a year of them; few wait, the rest has ended
  await db.query(
    `INSERT INTO offer (id, lead_id, agent_id, campaign_id, round, mode, status, settlement, cancel_reason, quote_id, price_cents, auto_accept, cap_buckets,
       window_ends_at, reserved_at)
     SELECT ${timedId('at', 'n')}, ${numberedIdSql('1', 'n / 5')}, ${numberedIdSql('a', 'n % $2::int')}, ${numberedIdSql('c', 'n % $2::int')}, 1, 'SHARED', status, 'NONE',
       CASE WHEN status = 'CANCELLED' THEN 'TAKEN' END, gen_random_uuid(), 100, false, '{}', at, at
     FROM (
       SELECT n, $3::timestamptz - ($1::int - n) * interval '365 days' / $1::int AS at,
         CASE WHEN n > $1::int - 40 THEN 'RESERVED' WHEN n > $1::int - 300 THEN 'OFFERED'
           ELSE (ARRAY['ACCEPTED','REJECTED','EXPIRED','EXPIRED','CANCELLED'])[1 + n / 7 % 5] END AS status
       FROM generate_series(0, $1::int - 1) AS n) AS made`,
    [OFFERS, BUYERS, now],
  );
  await db.query(
    `INSERT INTO assignment (id, offer_id, lead_id, agent_id, status, created_at, changed_at)
     SELECT ${timedId('reserved_at', 'row_number() OVER ()')}, id, lead_id, agent_id, (ARRAY['BOUND','LOST','LOST','QUOTED'])[1 + (row_number() OVER () % 4)::int], reserved_at, reserved_at
     FROM offer WHERE status = 'ACCEPTED'`,
  );
  await db.query(
    `INSERT INTO notification (id, agent_id, offer_id, channel, template, status, created_at)
     SELECT ${timedId('reserved_at', 'row_number() OVER ()')}, agent_id, id, 'SMS', 'sold', 'SENT', reserved_at FROM offer`,
  );
  await db.query(
    `INSERT INTO license (id, agent_id, state, line_of_authority, number, effective, expires, status)
     SELECT gen_random_uuid(), id, state, 'LIFE', 'L-1', '2024-01-01', '2030-01-01', 'ACTIVE' FROM agent, unnest('{TX,CA,FL}'::text[]) AS state`,
  );
  await db.query(
    `INSERT INTO routing_round (lead_id, round, step, decided_at, strategy, exclusive_cents, shared_cents, trace)
     SELECT ${numberedIdSql('1', 'n / 3')}, n % 3, 0, now(), 'AUCTION', 1, 1, '[]' FROM generate_series(0, 29999) AS n`,
  );
  await db.query('VACUUM (ANALYZE)');
}, 120_000);
afterAll(() => database.drop());

/** A page by an index that has its order: nothing but the page is sorted, if at all, and little more than it is read. */
const ordered = { sorts: 2 * PAGE, reads: 30 * PAGE };

describe("the plan of the offers' list", () => {
  const recent = new Date(now.getTime() - 90 * DAY_MS);
  const filters: Record<string, [Partial<OfferListFilter>, Partial<typeof ordered>?]> = {
    nothing: [{}],
    'a common status': [{ statuses: ['EXPIRED'] }],
    'a rare status': [{ statuses: ['RESERVED'] }],
    'waiting ones': [{ statuses: ['RESERVED', 'OFFERED'] }, { sorts: 350, reads: 1_000 }],
    'ended ones': [{ statuses: ['REJECTED', 'EXPIRED'] }],
    // One in sixty here: going back through everybody's is about as good to the planner as the agent's own index.
    'an agent': [{ agentId }, { reads: 2 * BUYERS * (PAGE + 1) }],
    "an agent's in a rare status": [{ agentId, statuses: ['OFFERED'] }],
    "an agent's in a common status": [{ agentId, statuses: ['ACCEPTED'] }, { sorts: 100 }],
    'what an agent sees': [{ own: agentId, statuses: ['OFFERED', 'ACCEPTED', 'REJECTED', 'EXPIRED', 'CANCELLED'] }],
    'a lead': [{ leadId }],
    'a lead and an agent': [{ leadId, agentId, statuses: ['EXPIRED'] }],
    'the last days': [{ since: new Date(now.getTime() - 3 * DAY_MS) }],
    'a year': [{ since: new Date(0) }],
    'an agent without offers': [{ agentId: numberedId('a', 9_000) }],
  };
  const cases = Object.entries(filters).map(([name, [filter, limits]]) => ({ name, filter, limits }));

  it.each(cases)('by $name', async ({ filter, limits }) => {
    const list = (after: string | null) =>
      listOffers(database.db, { statuses: null, since: recent, ...filter }, { first: PAGE, after });
    expect(await pageFaults(database.db, { ...ordered, ...limits }, list)).toEqual([]);
  });

  it('ends where its time does, and does not read on through what is older', async () => {
    const since = new Date(now.getTime() - 2 * 3_600_000);
    const list = () => listOffers(database.db, { statuses: null, since }, { first: 100 });
    expect((await list()).pageInfo.hasNextPage).toBe(false);
    expect(await faultsOf(database.db, ordered, list)).toEqual([]);
  });
});

describe('the plans of what is set up', () => {
  it.each([
    ['nothing', {}],
    ['a common status', { status: 'ACTIVE' as const }],
    ['a rare status', { status: 'SUSPENDED' as const }],
    ['an agency', { agencyId: numberedId('b', 77) }],
    ['an agency and a status', { agencyId: numberedId('b', 77), status: 'ACTIVE' as const }],
    ['a number', { npn: '8123' }],
  ])('agents by %s', async (_, filter) => {
    const list = (after: string | null) => listAgents(database.db, filter, { first: PAGE, after });
    expect(await pageFaults(database.db, ordered, list)).toEqual([]);
  });

  const campaigns: [string, CampaignListFilter, typeof ordered?][] = [
    ['nothing', {}],
    ['an agent', { agentId }],
    ["an agent's active ones of a line and state", { own: agentId, line: 'AUTO', state: 'TX', status: 'ACTIVE' }],
    ['a common line', { line: 'AUTO' }],
    ['a rare line', { line: 'MEDICARE' }],
    ['a line without any', { line: 'COMMERCIAL' }],
    ['a common state', { state: 'CA' }],
    ['a rare state', { state: 'WY' }, { sorts: 60, reads: 1_000 }],
    ['a state without any', { state: 'AK' }],
    ['a line and a rare state', { line: 'MEDICARE', state: 'WY' }, { sorts: 60, reads: 1_000 }],
    ['a line and a common state', { line: 'HOME', state: 'TX' }],
    ['a mode', { mode: 'EXCLUSIVE' }],
    ['a mode and a status', { mode: 'EXCLUSIVE', status: 'ACTIVE' }],
    ['a common status', { status: 'ACTIVE' }],
    ['a rare status', { status: 'PAUSED' }],
  ];
  it.each(campaigns)('campaigns by %s', async (_, filter, limits = ordered) => {
    const list = (after: string | null) => listCampaigns(database.db, filter, { first: PAGE, after });
    expect(await pageFaults(database.db, limits, list)).toEqual([]);
  });

  it('agencies', async () => {
    const list = (after: string | null) => listAgencies(database.db, { first: PAGE, after });
    expect(await pageFaults(database.db, ordered, list)).toEqual([]);
  });
});

describe('the plans of what hangs on many at once', () => {
  const agents = Array.from({ length: 20 }, (_, index) => numberedId('a', index));
  const each = agents.length * PAGE;

  it.each([
    ['offers', Offer, { statuses: null }, { sorts: each, reads: 6 * each }],
    ['offers in a rare status', Offer, { statuses: ['OFFERED'] }, { sorts: each, reads: 6 * each }],
    [
      'offers in several statuses',
      Offer,
      { statuses: ['OFFERED', 'ACCEPTED', 'REJECTED', 'EXPIRED', 'CANCELLED'] },
      { sorts: each, reads: 12 * each },
    ],
    ['assignments', Assignment, { statuses: null }, { sorts: each, reads: 6 * each }],
    [
      'assignments in a status that some do not have',
      Assignment,
      { statuses: ['BOUND'] },
      { sorts: each, reads: 6 * each },
    ],
    ['notifications', Notification, { statuses: null }, { sorts: each, reads: 6 * each }],
  ] as const)("agents' %s", async (_, type, list, limits) => {
    const read = () => newestOf(database.db.manager, type as typeof Offer, agents, { first: PAGE, ...list } as never);
    expect((await read()).length).toBeGreaterThan(0);
    expect(await faultsOf(database.db, limits, read)).toEqual([]);
  });

  it.each([
    ['offers of leads', 'offer', 'lead_id', '1', 5],
    ['rounds of leads', 'routing_round', 'lead_id', '1', 3],
    ['licences of agents', 'license', 'agent_id', 'a', 3],
    ['campaigns of agents', 'campaign', 'agent_id', 'a', 2],
  ] as const)('%s', async (_, table, column, kind, of) => {
    const keys = Array.from({ length: 20 }, (__, index) => numberedId(kind, index));
    const type = database.db.entityMetadatas.find(({ tableName }) => tableName === table);
    const property = type?.columns.find(({ databaseName }) => databaseName === column)?.propertyName ?? '';
    const read = () => database.db.manager.find(type?.target as never, { where: { [property]: Any(keys) } as never });
    const found = keys.length * of;
    expect(await faultsOf(database.db, { sorts: found, reads: 3 * found }, read)).toEqual([]);
  });

  it('assignments of offers', async () => {
    const offers = await database.db.manager.find(Offer, { where: { agentId, status: 'ACCEPTED' }, take: PAGE });
    const read = () => database.db.manager.findBy(Assignment, { offerId: Any(offers.map(({ id }) => id)) });
    expect(await faultsOf(database.db, { sorts: 0, reads: 4 * PAGE }, read)).toEqual([]);
  });
});
