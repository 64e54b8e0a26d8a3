import { foldDeltas, type Identity, inTransaction, uuidv7 } from '@leadgraph/kit';
import { eventually } from '@leadgraph/kit/testing';
import type { EventMessage } from '@leadgraph/schema';
import fc from 'fast-check';
import type { QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rebuildReports } from '../src/reports/rebuildReports.js';
import { rollups } from '../src/reports/rollups.js';
import { Leaderboard1764300000000 } from '../src/store/migrations/1764300000000Leaderboard.js';
import { LeaderboardBlocks1764500000000 } from '../src/store/migrations/1764500000000LeaderboardBlocks.js';
import { expireOffers } from '../src/sweepers/expireOffers.js';
import { type AgentsTestbed, type Buyer, type OfferFields, operator, startAgents } from './agentsTestbed.js';

const range = { from: '2026-11-01', to: '2027-10-01' };
let agents: AgentsTestbed;
let buyers: Buyer[];

beforeAll(async () => {
  agents = await startAgents();
  buyers = [];
  for (let count = 0; count < 4; count += 1) {
    buyers.push(await agents.buyer({ funds: 1_000_000_000, campaign: { autoAccept: count === 3 } }));
  }
  // what stands for a crash in the middle of a change: its last statement fails
  await agents.db.query(`
    CREATE TABLE crash (due boolean NOT NULL);
    INSERT INTO crash VALUES (false);
    CREATE FUNCTION crash_when_due() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT due FROM crash) THEN RAISE EXCEPTION 'crashed'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER crash_when_due BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION crash_when_due();
  `);
});
afterAll(() => agents.stop());

const BOARD = `query ($range: ReportRange!, $sort: AgentLeaderboardSort, $includeTest: Boolean, $first: Int, $after: String) {
  agentLeaderboard(range: $range, sort: $sort, includeTest: $includeTest, first: $first, after: $after) {
    edges { node { agent { id } offers accepted acceptanceRate meanSecondsToAccept medianSecondsToAccept sold bound spendCents } }
    pageInfo { hasNextPage endCursor }
    totalCount { value relation }
  }
}`;

interface Row {
  agent: { id: string };
  offers: number;
  accepted: number;
  acceptanceRate: number | null;
  meanSecondsToAccept: number | null;
  medianSecondsToAccept: number | null;
  sold: number;
  bound: number;
  spendCents: number;
}

interface Board {
  rows: Row[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  totalCount: { value: number; relation: string };
}

async function board(variables: Record<string, unknown> = {}): Promise<Board> {
  const { agentLeaderboard } = await agents.ok(BOARD, { range, ...variables });
  return { ...agentLeaderboard, rows: agentLeaderboard.edges.map(({ node }: { node: Row }) => node) };
}

/** The leaderboard as it follows from the events alone. */
async function told(includeTest: boolean) {
  type Told = { offerId: string; agentId: string; leadId: string; at: number };
  const outbox = (await agents.subgraph.outbox()) as unknown as EventMessage[];
  const of = (type: string) =>
    new Map(
      outbox
        .filter((message) => message.type === type)
        .map(({ payload, occurredAt }): Told => ({ ...(payload as Told), at: Date.parse(occurredAt) }))
        // the first of those that were announced again
        .toReversed()
        .map((one): [string, Told] => [one.offerId, one]),
    );
  const [offered, accepted, settled] = ['offered', 'accepted', 'settled'].map((name) => of(`agents.offer.${name}`));
  const bound = outbox.filter(
    ({ type, payload }) => type === 'agents.assignment.changed' && (payload as { status: string }).status === 'BOUND',
  );
  const rows = new Map<string, Record<string, number | number[]>>();
  for (const { offerId, agentId, leadId, at } of offered?.values() ?? []) {
    if (tests.has(leadId) && !includeTest) continue;
    const row = rows.get(agentId) ?? { offers: 0, accepted: 0, sold: 0, bound: 0, spendCents: 0, ms: [] };
    rows.set(agentId, row);
    const add = (name: string, value: number) => Object.assign(row, { [name]: (row[name] as number) + value });
    add('offers', 1);
    const acceptance = accepted?.get(offerId);
    if (acceptance) {
      add('accepted', 1);
      (row.ms as number[]).push(acceptance.at - at);
    }
    if (!settled?.has(offerId)) continue;
    add('sold', 1);
    add('spendCents', prices.get(offerId) ?? Number.NaN);
    const isBound = bound.some(({ payload }) => {
      const { leadId: lead, agentId: agent } = payload as { leadId: string; agentId: string };
      return lead === leadId && agent === agentId;
    });
    add('bound', isBound ? 1 : 0);
  }
  return rows;
}

async function expectBoardToBeTrue(): Promise<void> {
  for (const includeTest of [false, true]) {
    const [{ rows }, expected] = [await board({ includeTest }), await told(includeTest)];
    expect(rows.map(({ agent }) => agent.id).sort()).toEqual([...expected.keys()].sort());
    for (const row of rows) {
      const { ms: times, ...counts } = expected.get(row.agent.id) ?? {};
      expect(row).toMatchObject(counts);
      expect(row.acceptanceRate).toBe(row.accepted / row.offers);
      const ms = (times as number[]).toSorted((a, b) => a - b);
      if (ms.length === 0) {
        expect(row).toMatchObject({ meanSecondsToAccept: null, medianSecondsToAccept: null });
        continue;
      }
      expect(row.meanSecondsToAccept).toBeCloseTo(ms.reduce((sum, one) => sum + one, 0) / ms.length / 1_000, 6);
      const median = (ms[Math.ceil(ms.length / 2) - 1] ?? 0) / 1_000;
      // below 100 ms there is one bucket
      expect(Math.abs((row.medianSecondsToAccept ?? 0) - median)).toBeLessThanOrEqual(Math.max(0.05, median * 0.05));
    }
  }
}

const tests = new Set<string>();
const prices = new Map<string, number>();

async function newLead(isTest: boolean): Promise<string> {
  const leadId = await agents.lead({ isTest });
  if (isTest) tests.add(leadId);
  for (const { id, priceCents } of await agents.offers(leadId)) prices.set(id, priceCents);
  return leadId;
}

const identityOf = ({ agentId }: OfferFields): Identity => ({ kind: 'AGENT', sub: agentId, scopes: [] });

async function progress({ id, agentId }: OfferFields, statuses: string[]): Promise<void> {
  const identity: Identity = { kind: 'AGENT', sub: agentId, scopes: [] };
  const [row] = await agents.db.query('SELECT id FROM assignment WHERE offer_id = $1', [id]);
  if (!row) return;
  for (const status of statuses) {
    await agents.subgraph.query(
      'mutation ($id: ID!, $status: AssignmentStatus!) { updateAssignment(id: $id, status: $status, reason: "so") { id } }',
      { id: row.id, status },
      identity,
    );
  }
}

/** What may happen to an offer, in any order. */
const happenings: Record<string, (offer: OfferFields) => Promise<unknown>> = {
  held: (offer) => agents.hold(offer),
  refused: (offer) => agents.refuse(offer),
  accepted: (offer) => agents.accept(offer.id, identityOf(offer)),
  rejected: (offer) => agents.reject(offer.id, identityOf(offer)),
  settled: (offer) => agents.settle(offer),
  captureFailed: ({ id: offerId, leadId, agentId }) =>
    agents.deliver('payments.charge.failed', { offerId, leadId, agentId, reason: 'HOLD_EXPIRED' }),
  bound: (offer) => progress(offer, ['ATTEMPTED', 'CONTACTED', 'QUOTED', 'APPLIED', 'BOUND', 'BOUND']),
  lost: (offer) => progress(offer, ['LOST']),
  async expired() {
    agents.clock.advance(300_000);
    await expireOffers(agents.db, agents.rules).run(new AbortController().signal);
  },
  async later() {
    agents.clock.advance(7_300);
  },
  async crashed(offer) {
    await agents.db.query('UPDATE crash SET due = true');
    for (const name of ['held', 'accepted', 'settled']) await happenings[name]?.(offer).catch(() => undefined);
    await agents.db.query('UPDATE crash SET due = false');
  },
  folded: () => Promise.all([foldAll(), foldAll()]),
  foldCrashed: () =>
    inTransaction(agents.db, async (tx) => {
      for (const rollup of rollups) await foldDeltas(tx, rollup);
      throw new Error('crashed');
    }).catch(() => undefined),
  rebuilt: () => rebuildReports(agents.db),
};

async function foldAll(): Promise<void> {
  for (const rollup of rollups) while ((await inTransaction(agents.db, (tx) => foldDeltas(tx, rollup, 7))) > 0);
}

describe('the leaderboard of agents', () => {
  it('says what the events say, whatever happened and crashed meanwhile', { timeout: 180_000 }, async () => {
    const ways = [['later', 'accepted', 'settled', 'bound'], ['accepted', 'captureFailed'], ['rejected']];
    const first = await agents.offers(await newLead(false));
    for (const offer of first) await happenings.held?.(offer);
    for (const [index, way] of ways.entries()) {
      for (const name of way) await happenings[name]?.(first[index] as OfferFields);
    }
    await happenings.expired?.(first[0] as OfferFields);
    await expectBoardToBeTrue();
    const step = fc.tuple(fc.constantFrom(...Object.keys(happenings)), fc.nat(20));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 50 }), async (steps) => {
        const leads = [await newLead(false), await newLead(true)];
        for (const [name, which] of steps) {
          const offers = (await Promise.all(leads.map((id) => agents.offers(id)))).flat();
          for (const { id, priceCents } of offers) prices.set(id, priceCents);
          const offer = offers[which % offers.length];
          if (offer) await happenings[name]?.(offer);
        }
        await expectBoardToBeTrue();
        await foldAll();
        await expectBoardToBeTrue();
      }),
      { numRuns: 12, endOnFailure: true },
    );
    const { rows } = await board({ includeTest: true });
    const sum = (name: 'offers' | 'accepted' | 'sold' | 'bound' | 'spendCents') =>
      rows.reduce((sum, row) => sum + row[name], 0);
    for (const name of ['offers', 'accepted', 'sold', 'bound', 'spendCents'] as const) {
      expect(sum(name), name).toBeGreaterThan(0);
    }
    expect(sum('offers')).toBeGreaterThan(sum('accepted'));
    expect(sum('accepted')).toBeGreaterThan(sum('sold'));
  });

  it('is the same when what was there before it is counted', async () => {
    const before = await board({ includeTest: true });
    const runner = agents.db.createQueryRunner();
    await runner.startTransaction();
    await new Leaderboard1764300000000().down(runner);
    await new Leaderboard1764300000000().up(runner);
    await runner.commitTransaction();
    await runner.release();
    // when an offer was accepted whose charge failed is not known any more: its times are not compared
    const counts = ({ rows }: Board) =>
      rows.map(({ agent, offers, accepted, sold, bound, spendCents }) => [
        ...[agent.id, offers, accepted, sold, bound, spendCents],
      ]);
    expect(counts(await board({ includeTest: true }))).toEqual(counts(before));
    await rebuildReports(agents.db);
  });

  it('ranks by each of its figures, and pages through all', async () => {
    const keys: Record<string, (row: Row) => number> = {
      OFFERS: ({ offers }) => offers,
      ACCEPTED: ({ accepted }) => accepted,
      ACCEPTANCE_RATE: ({ acceptanceRate }) => acceptanceRate ?? -1,
      TIME_TO_ACCEPT: ({ meanSecondsToAccept }) => -(meanSecondsToAccept ?? Number.MAX_VALUE),
      SOLD: ({ sold }) => sold,
      BOUND: ({ bound }) => bound,
      SPEND: ({ spendCents }) => spendCents,
    };
    for (const [sort, key] of Object.entries(keys)) {
      const { rows, totalCount } = await board({ sort, includeTest: true });
      expect(rows.length).toBe(buyers.length);
      expect(totalCount).toEqual({ value: buyers.length, relation: 'EQ' });
      expect(rows.map(key)).toEqual(rows.map(key).toSorted((a, b) => b - a));
      const paged: Row[] = [];
      for (let after: string | null = null; ; ) {
        const page: Board = await board({ sort, includeTest: true, first: 1, after });
        paged.push(...page.rows);
        if (!page.pageInfo.hasNextPage) break;
        after = page.pageInfo.endCursor;
      }
      expect(paged).toEqual(rows);
    }
  });

  it('is of the days on which the offers went out', async () => {
    const day = '2027-12-24';
    agents.clock.set(new Date(`${day}T23:59:00Z`));
    const [offer] = await agents.offers(await newLead(false));
    if (!offer) throw new Error('no offer');
    await agents.hold(offer);
    agents.clock.advance(120_000);
    await agents.accept(offer.id, identityOf(offer));
    expect((await board({ range: { from: day, to: day } })).rows).toMatchObject([{ offers: 1, accepted: 1 }]);
    expect((await board({ range: { from: '2027-12-25', to: '2027-12-25' } })).rows).toEqual([]);
  });

  it('is the same by blocks as by days, over any range, and after the migration was taken back and run again', async () => {
    // Days all over two years, in all the blocks that there are.
    await agents.db.query(
      `INSERT INTO leaderboard_delta (day, is_test, agent_id, offers, accepted, accept_ms, sold, bound, spend_cents)
       SELECT date '2026-01-01' + n * 7 % 730, n % 5 = 0, ($1::text[])[1 + n % $2::int], n, n / 2, n * 1000, n / 3, n / 4, n * 100 FROM generate_series(1, 1000) AS n`,
      [buyers.map(({ agentId }) => agentId), buyers.length],
    );
    // The sweeper folds as well, and what it has in hand is in neither table for others yet.
    await eventually(async () => {
      await foldAll();
      expect(await agents.db.query('SELECT FROM leaderboard_delta')).toEqual([]);
    });
    const days = fc.tuple(fc.nat(700), fc.nat(365), fc.boolean());
    const compare = () =>
      fc.assert(
        fc.asyncProperty(days, async ([first, more, includeTest]) => {
          const [from, to] = [first, first + more].map((day) =>
            new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
          );
          const rows = await agents.db.query(
            `SELECT agent_id, sum(offers)::int AS offers, sum(spend_cents)::int AS cents FROM leaderboard_rollup
             WHERE cuboid = 0 AND day BETWEEN $1 AND $2 AND ($3 OR NOT is_test) GROUP BY agent_id ORDER BY agent_id`,
            [from, to, includeTest],
          );
          const found = (await board({ range: { from, to }, includeTest })).rows
            .map(({ agent, offers, spendCents }) => ({ agent_id: agent.id, offers, cents: spendCents }))
            .sort((a, b) => (a.agent_id < b.agent_id ? -1 : 1));
          expect(found).toEqual(rows);
        }),
        { numRuns: 40 },
      );
    await compare();
    await inTransaction(agents.db, async (tx) => {
      const runner = { query: (sql: string) => tx.query(sql) } as QueryRunner;
      await new LeaderboardBlocks1764500000000().down(runner);
      await new LeaderboardBlocks1764500000000().up(runner);
    });
    await compare();
    await rebuildReports(agents.db);
  });

  it('is not for agents, frontends and partners, and refuses what it cannot answer', async () => {
    for (const kind of ['AGENT', 'FRONTEND', 'PARTNER'] as const) {
      const { code } = await agents.refusal(BOARD, { range }, { kind, sub: uuidv7(), scopes: [] });
      expect(code).toBe('FORBIDDEN');
    }
    const code = async (variables: object) => (await agents.refusal(BOARD, { range, ...variables }, operator)).code;
    expect(await code({ first: 101 })).toBe('PAGE_TOO_LARGE');
    expect(await code({ after: 'x' })).toBe('INVALID_CURSOR');
    expect(await code({ range: { from: '2026-11-02', to: '2026-11-01' } })).toBe('BAD_USER_INPUT');
    const { endCursor } = (await board({ first: 1, sort: 'SOLD' })).pageInfo;
    expect(await code({ after: endCursor, sort: 'SPEND' })).toBe('INVALID_CURSOR');
  });
});
