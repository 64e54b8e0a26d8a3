import { foldDeltas, inTransaction, ManualClock, uuidv7 } from '@leadgraph/kit';
import type { TestSubgraph } from '@leadgraph/kit/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../src/config.js';
import type { LeadsTools } from '../src/leadsTools.js';
import { changeLead } from '../src/lifecycle/changeLead.js';
import { rebuildReports } from '../src/reports/rebuildReports.js';
import { rollups, speedRows } from '../src/reports/rollups.js';
import { lockLead } from '../src/store/leadStore.js';
import { Money1764300000000 } from '../src/store/migrations/1764300000000Money.js';
import { acme, agent, clerk, create, frontend, makeSource, operator, startLeads, submission } from './leadsFixture.js';

const clock = new ManualClock('2026-11-20T22:00:00.000Z');
const range = { from: '2026-11-01', to: '2027-10-01' };
let leads: TestSubgraph;
let sources: string[];
/** What the sources are paid at this moment. */
let prices: { cents: number; basisPoints: number }[];

beforeAll(async () => {
  leads = await startLeads({ clock, limits: { unsoldExpiresAfterMs: 400 * 86_400_000 } });
  sources = [
    await makeSource(leads, { pricing: { type: 'FIXED', cents: 500 } }),
    await makeSource(leads, { pricing: { type: 'REVENUE_SHARE', basisPoints: 3_333 } }),
  ];
  prices = [
    { cents: 500, basisPoints: 0 },
    { cents: 0, basisPoints: 3_333 },
  ];
  // what stands for a crash in the middle of a change: its last statement fails
  await leads.database.db.query(`
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
afterAll(() => leads.stop());

const FUNNEL = `query ($range: ReportRange!, $groupBy: [LeadReportGroup!], $filter: LeadReportFilter, $includeTest: Boolean) {
  funnelReport(range: $range, groupBy: $groupBy, filter: $filter, includeTest: $includeTest) {
    day source { id } line state received validated qualified offered sold bound rejected duplicate disqualified returned withdrawn erased
  }
}`;
const SPEED = `query ($range: ReportRange!, $groupBy: [LeadReportGroup!]) {
  speedToLeadReport(range: $range, groupBy: $groupBy) { line step leads p50Seconds p99Seconds }
}`;

const REVENUE = `query ($range: ReportRange!, $groupBy: [LeadReportGroup!], $filter: LeadReportFilter, $includeTest: Boolean) {
  revenueReport(range: $range, groupBy: $groupBy, filter: $filter, includeTest: $includeTest) {
    day source { id } line state accepted withoutCost costCents sales revenueCents returnedSales returnedCents returnRate bound costPerAcquisitionCents
  }
}`;

async function revenueReport(variables: Record<string, unknown> = {}) {
  const { data, errors } = await leads.query(REVENUE, { range, ...variables }, clerk);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.revenueReport;
}

async function funnelReport(variables: Record<string, unknown> = {}) {
  const { data, errors } = await leads.query(FUNNEL, { range, ...variables }, clerk);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.funnelReport;
}

/** The funnel as it follows from the timelines and sales alone, by day, source, line and state. */
async function countedFromRows(includeTest: boolean): Promise<Record<string, unknown>[]> {
  const ever = (condition: string) => `bool_or(${condition})`;
  return leads.database.db.query(
    `WITH history AS (
       SELECT lead_id,
         ${ever(`to_status IN ('VALIDATED', 'QUALIFYING', 'QUALIFIED', 'NEEDS_REVIEW', 'DISQUALIFIED')`)} AS validated,
         ${ever(`to_status IN ('QUALIFIED', 'ROUTING', 'QUEUED', 'UNSOLD')`)} AS qualified,
         ${ever(`to_status = 'OFFERED'`)} AS offered,
         ${['REJECTED', 'DUPLICATE', 'DISQUALIFIED', 'RETURNED', 'WITHDRAWN', 'ERASED'].map((status) => `${ever(`to_status = '${status}'`)} AS ${status}`).join(', ')}
       FROM lead_event GROUP BY lead_id
     ), sales AS (SELECT lead_id, true AS sold, bool_or(bound_at IS NOT NULL) AS bound FROM lead_buyer GROUP BY lead_id)
     SELECT to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, jsonb_build_object('id', source_id) AS source, line, state,
       count(*)::int AS received,
       count(*) FILTER (WHERE validated OR qualified OR offered OR sold)::int AS validated,
       count(*) FILTER (WHERE qualified OR offered OR sold)::int AS qualified,
       count(*) FILTER (WHERE offered OR sold)::int AS offered,
       count(*) FILTER (WHERE sold)::int AS sold, count(*) FILTER (WHERE bound)::int AS bound,
       ${['rejected', 'duplicate', 'disqualified', 'returned', 'withdrawn', 'erased'].map((stage) => `count(*) FILTER (WHERE ${stage})::int AS ${stage}`).join(', ')}
     FROM lead JOIN history ON history.lead_id = lead.id LEFT JOIN sales ON sales.lead_id = lead.id
     WHERE $1 OR NOT is_test
     GROUP BY 1, 2, 3, 4`,
    [includeTest],
  );
}

const sorted = (rows: Record<string, unknown>[]) =>
  rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => a.localeCompare(b)))).sort();

async function expectReportsToBeTrue(): Promise<void> {
  for (const includeTest of [false, true]) {
    const report = await funnelReport({ groupBy: ['DAY', 'SOURCE', 'LINE', 'STATE'], includeTest });
    expect(sorted(report)).toEqual(sorted(await countedFromRows(includeTest)));
    const [total] = await funnelReport({ includeTest });
    const byLine = await funnelReport({ groupBy: ['LINE'], includeTest });
    for (const stage of ['received', 'qualified', 'sold', 'bound', 'erased']) {
      const sum = (rows: Record<string, number>[]) => rows.reduce((sum, row) => sum + (row[stage] ?? 0), 0);
      expect(total[stage]).toBe(sum(report));
      expect(total[stage]).toBe(sum(byLine));
    }
  }
  const { data } = await leads.query(SPEED, { range }, clerk);
  const counted: { step: string; leads: number }[] = await leads.database.db.query(
    `SELECT step, count(*)::int AS leads FROM (${speedRows}) AS counted WHERE NOT is_test GROUP BY step`,
  );
  const steps = (rows: { step: string; leads: number }[]) =>
    Object.fromEntries(rows.map(({ step, leads }) => [step.toLowerCase(), leads]));
  expect(steps(data.speedToLeadReport)).toEqual(steps(counted));
}

interface Made {
  id: string;
  isTest: boolean;
  sourceId: string;
  /** What it was agreed to cost; null where it was not accepted. */
  price: { cents: number; basisPoints: number } | null;
  agents: string[];
  sales: { agentId: string; cents: number }[];
  returned: Set<string>;
  bound: boolean;
}

/** What the money of a source's leads has to be, from what was done to them. */
function expectedRevenue(sourceId: string, includeTest: boolean) {
  const own = made.filter((lead) => lead.sourceId === sourceId && (includeTest || !lead.isTest));
  const sum = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
  const sales = own.flatMap((lead) => lead.sales.map((sale) => ({ ...sale, lead })));
  const returned = sales.filter(({ lead, agentId }) => lead.returned.has(agentId));
  const accepted = own.filter(({ price }) => price !== null);
  const bound = own.filter((lead) => lead.bound);
  const costedBound = bound.filter(({ price }) => price !== null).length;
  const costCents =
    sum(accepted.map(({ price }) => price?.cents ?? 0)) +
    sum(sales.map(({ cents, lead }) => Math.round((cents * (lead.price?.basisPoints ?? 0)) / 10_000)));
  return {
    accepted: accepted.length,
    withoutCost: 0,
    costCents,
    sales: sales.length,
    revenueCents: sum(sales.map(({ cents }) => cents)),
    returnedSales: returned.length,
    returnedCents: sum(returned.map(({ cents }) => cents)),
    returnRate: sales.length === 0 ? null : returned.length / sales.length,
    bound: bound.length,
    costPerAcquisitionCents: costedBound === 0 ? null : Math.round(costCents / costedBound),
  };
}

async function expectRevenueToBeTrue(): Promise<void> {
  for (const includeTest of [false, true]) {
    const bySource = await revenueReport({ groupBy: ['SOURCE'], includeTest });
    for (const row of bySource) expect(row).toMatchObject(expectedRevenue(row.source.id, includeTest));
    const finest = await revenueReport({ groupBy: ['DAY', 'SOURCE', 'LINE', 'STATE'], includeTest });
    for (const sum of ['accepted', 'costCents', 'sales', 'revenueCents', 'returnedSales', 'bound']) {
      const total = (rows: Record<string, number>[]) => rows.reduce((total, row) => total + (row[sum] ?? 0), 0);
      expect(total(finest), sum).toBe(total(bySource));
    }
  }
}
const made: Made[] = [];

/** What may happen to a lead, in any order. */
const happenings: Record<string, (lead: Made) => Promise<unknown>> = {
  started: ({ id: leadId }) => leads.deliver('ai.qualification.started', { leadId, jobId: uuidv7() }),
  qualified: ({ id }) => qualify(id, 'QUALIFIED', 85),
  disqualified: ({ id }) => qualify(id, 'DISQUALIFIED', 10),
  doubtful: ({ id }) => qualify(id, 'NEEDS_REVIEW', 45),
  routed: ({ id: leadId }) => leads.deliver('agents.routing.started', { leadId, round: 1 }),
  offered: ({ id: leadId }) =>
    leads.deliver('agents.offer.offered', {
      leadId,
      agentId: uuidv7(),
      offerId: uuidv7(),
      expiresAt: clock.now().toISOString(),
    }),
  unsold: ({ id: leadId }) =>
    leads.deliver('agents.routing.completed', { leadId, round: 1, outcome: 'UNSOLD', retryAt: null, reasons: {} }),
  async sold({ id: leadId, agents, sales }) {
    const agentId = uuidv7();
    const cents = 4_201 + sales.length;
    await leads.deliver('payments.charge.captured', {
      ...{ leadId, agentId, offerId: uuidv7(), chargeId: uuidv7() },
      ...{ holdId: uuidv7(), quoteId: uuidv7(), priceCents: cents },
    });
    agents.push(agentId);
    sales.push({ agentId, cents });
  },
  async bound(lead) {
    const { id: leadId, agents } = lead;
    const agentId = agents.at(-1);
    if (!agentId) return;
    lead.bound = true;
    const bound = { assignmentId: uuidv7(), leadId, agentId, status: 'BOUND' };
    const id = await leads.deliver('agents.assignment.changed', bound);
    await leads.deliver('agents.assignment.changed', bound, { id });
    await leads.deliver('agents.assignment.changed', bound);
  },
  async givenBack({ id: leadId, agents, returned }) {
    const agentId = agents.at(-1);
    if (!agentId) return;
    returned.add(agentId);
    const given = { assignmentId: uuidv7(), leadId, agentId, status: 'RETURNED' };
    const id = await leads.deliver('agents.assignment.changed', given);
    await leads.deliver('agents.assignment.changed', given, { id });
    await leads.deliver('agents.assignment.changed', given);
  },
  async repriced() {
    const which = made.length % 2;
    const [cents, basisPoints] = [500 + made.length, 1_000 + made.length];
    const pricing = which === 0 ? { type: 'FIXED', cents } : { type: 'REVENUE_SHARE', basisPoints };
    await leads.query(
      'mutation ($id: ID!, $input: UpdateSourceInput!) { updateSource(id: $id, input: $input) { id } }',
      { id: sources[which], input: { pricing } },
      operator,
    );
    prices[which] = which === 0 ? { cents, basisPoints: 0 } : { cents: 0, basisPoints };
  },
  withdrawn: ({ id }) =>
    leads.query('mutation ($id: ID!) { revokeConsent(leadId: $id, reason: "asked") { id } }', { id }, operator),
  erased: ({ id }) =>
    leads.query('mutation ($id: ID!) { eraseLead(leadId: $id, reason: "asked") { id } }', { id }, operator),
  returned: ({ id }) =>
    inTransaction(leads.database.db, async (tx) => {
      const lead = await lockLead(tx, id);
      if (lead?.status !== 'SOLD') return;
      await changeLead({ clock, limits: defaultLimits } as unknown as LeadsTools, tx, lead, {
        to: 'RETURNED',
        reason: 'BAD_PHONE',
        set: { soldCount: 0 },
        announce: () => ({ type: 'leads.lead.unsold', payload: { leadId: id, reason: null } }),
      });
    }),
  async crashed(lead) {
    await leads.database.db.query('UPDATE crash SET due = true');
    await happenings.sold?.(lead).catch(() => undefined);
    await happenings.qualified?.(lead).catch(() => undefined);
    await leads.database.db.query('UPDATE crash SET due = false');
  },
  folded: () => Promise.all([foldAll(), foldAll()]),
  foldCrashed: () =>
    inTransaction(leads.database.db, async (tx) => {
      for (const rollup of rollups) await foldDeltas(tx, rollup);
      throw new Error('crashed');
    }).catch(() => undefined),
  rebuilt: () => rebuildReports(leads.database.db),
  async later() {
    clock.advance(9 * 3_600_000);
  },
};

function qualify(leadId: string, decision: 'QUALIFIED' | 'NEEDS_REVIEW' | 'DISQUALIFIED', score: number) {
  const tier = score >= 80 ? 'HOT' : score >= 40 ? 'COOL' : 'COLD';
  const answer = { leadId, qualificationId: uuidv7(), score, tier, decision, engine: 'SCORECARD', reasonCodes: [] };
  return leads.deliver('ai.qualification.completed', answer as Parameters<typeof leads.deliver>[1] as never);
}

async function foldAll(): Promise<void> {
  for (const rollup of rollups) {
    while ((await inTransaction(leads.database.db, (tx) => foldDeltas(tx, rollup, 7))) > 0);
  }
}

async function submit(kind: number): Promise<void> {
  const line = ['AUTO', 'HOME'][kind % 2] as string;
  const address = kind % 3 === 0 ? { state: 'NY', zip: '10001' } : { state: 'IL', zip: '60601' };
  const { lead } = await create(
    leads,
    submission(sources[kind % sources.length] as string, {
      line,
      address,
      details: { [line.toLowerCase()]: {} },
      isTest: kind % 5 === 4,
      ...(kind % 7 === 6 && { address: { state: 'ZZ', zip: '00000' } }),
      consent: {
        ...{ text: 'I agree.', givenAt: clock.now().toISOString(), channels: ['PHONE'], scope: 'PARTNER_LIST' },
        ...{ certificateType: 'INTERNAL', certificateRef: 'REC-1' },
      },
    }),
  );
  made.push({
    ...{ id: lead.id, isTest: kind % 5 === 4, sourceId: sources[kind % sources.length] as string },
    price: lead.status === 'VALIDATED' ? (prices[kind % sources.length] ?? null) : null,
    ...{ agents: [], sales: [], returned: new Set<string>(), bound: false },
  });
}

describe('the reports of leads', () => {
  it('say what the rows say, whatever happened to the leads and crashed meanwhile', { timeout: 180_000 }, async () => {
    const ways = [
      ['qualified', 'offered', 'sold', 'bound'],
      ['qualified', 'sold', 'givenBack', 'repriced', 'sold', 'bound', 'returned'],
      ['withdrawn'],
      ['erased'],
    ];
    for (let index = 0; index < 8; index += 1) await submit(index);
    for (const [index, way] of ways.entries()) {
      for (const name of way) await happenings[name]?.(made[index] as Made);
    }
    const step = fc.tuple(fc.constantFrom(...Object.keys(happenings)), fc.nat(5), fc.nat(40));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        for (let count = 0; count < 6; count += 1) await submit(count + made.length);
        const own = made.slice(-6);
        for (const [name, which] of steps) await happenings[name]?.(own[which] as Made);
        await expectReportsToBeTrue();
        await expectRevenueToBeTrue();
        await foldAll();
        await expectReportsToBeTrue();
        await expectRevenueToBeTrue();
      }),
      { numRuns: 12, endOnFailure: true },
    );
    const [money] = await revenueReport({ includeTest: true });
    for (const sum of [
      'costCents',
      'sales',
      'revenueCents',
      'returnedSales',
      'returnRate',
      'costPerAcquisitionCents',
    ]) {
      expect(money[sum], sum).toBeGreaterThan(0);
    }
    const [total] = await funnelReport({ includeTest: true });
    for (const stage of ['qualified', 'offered', 'sold', 'bound', 'rejected', 'returned', 'withdrawn', 'erased']) {
      expect(total[stage], stage).toBeGreaterThan(0);
    }
  });

  it('are divided and filtered by source, line, state and day', async () => {
    const bySource = await funnelReport({ groupBy: ['SOURCE'], filter: { line: ['AUTO'], state: ['il'] } });
    const all = await funnelReport({ groupBy: ['SOURCE', 'LINE', 'STATE', 'DAY'] });
    for (const row of bySource) {
      const same = all.filter(
        (one: typeof row) => one.source.id === row.source.id && one.line === 'AUTO' && one.state === 'IL',
      );
      expect(row.received).toBe(same.reduce((sum: number, one: typeof row) => sum + one.received, 0));
    }
    const days = await funnelReport({ groupBy: ['DAY'], filter: { source: [sources[0]] } });
    expect(days.map(({ day }: { day: string }) => day)).toEqual(days.map(({ day }: { day: string }) => day).toSorted());
    expect(await funnelReport({ range: { from: '2020-01-01', to: '2020-01-31' } })).toMatchObject([{ received: 0 }]);
  });

  it('leave out of the cost of a policy whose cost nobody kept, and divide by nothing', async () => {
    const old = await startLeads({ clock });
    const answer = async () => (await old.query(REVENUE, { range }, clerk)).data.revenueReport[0];
    try {
      expect(await answer()).toMatchObject({
        accepted: 0,
        costCents: 0,
        returnRate: null,
        costPerAcquisitionCents: null,
      });
      const source = await makeSource(old);
      for (const isOld of [true, false]) {
        const { lead } = await create(old, { ...submission(source), consent: { ...consentNow() } });
        if (isOld) await old.database.db.query('UPDATE lead SET cost_cents = NULL');
        const agentId = uuidv7();
        await old.deliver('payments.charge.captured', {
          ...{ leadId: lead.id, agentId, offerId: uuidv7(), chargeId: uuidv7() },
          ...{ holdId: uuidv7(), quoteId: uuidv7(), priceCents: 4_200 },
        });
        const bound = { assignmentId: uuidv7(), leadId: lead.id, agentId, status: 'BOUND' };
        await old.deliver('agents.assignment.changed', bound);
      }
      await rebuildReports(old.database.db);
      const sums = { accepted: 2, withoutCost: 1, costCents: 500, sales: 2, revenueCents: 8_400, bound: 2 };
      expect(await answer()).toMatchObject({ ...sums, returnRate: 0, costPerAcquisitionCents: 500 });
      // what was there before money was counted
      const runner = old.database.db.createQueryRunner();
      await new Money1764300000000().down(runner);
      await new Money1764300000000().up(runner);
      await runner.release();
      const unknown = { withoutCost: 2, costCents: 0, costPerAcquisitionCents: null };
      expect(await answer()).toMatchObject({ ...sums, ...unknown });
    } finally {
      await old.stop();
    }
  });

  it('show how fast leads were', async () => {
    const fast = await startLeads({ clock });
    try {
      const source = await makeSource(fast);
      for (let index = 1; index <= 20; index += 1) {
        const { lead } = await create(fast, { ...submission(source), consent: { ...consentNow() } });
        clock.advance(index * 1_000);
        await fast.deliver('payments.charge.captured', {
          ...{ leadId: lead.id, agentId: uuidv7(), offerId: uuidv7(), chargeId: uuidv7() },
          ...{ holdId: uuidv7(), quoteId: uuidv7(), priceCents: 1 },
        });
      }
      const { data } = await fast.query(SPEED, { range }, clerk);
      const sold = data.speedToLeadReport.find(({ step }: { step: string }) => step === 'SOLD');
      expect(sold.leads).toBe(20);
      expect(Math.abs(sold.p50Seconds - 10)).toBeLessThan(1);
      expect(Math.abs(sold.p99Seconds - 20)).toBeLessThan(2);
    } finally {
      await fast.stop();
    }
  });

  it.each([
    ['frontends', frontend],
    ['partners', acme],
    ['agents', agent(uuidv7())],
  ])('are not for %s', async (_, identity) => {
    for (const document of [FUNNEL, REVENUE, SPEED]) {
      const { errors } = await leads.query(document, { range }, identity);
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  it('refuse ranges that end before they begin or are too long', async () => {
    for (const [from, to] of [
      ['2026-11-02', '2026-11-01'],
      ['2020-01-01', '2026-01-01'],
    ]) {
      const { errors } = await leads.query(FUNNEL, { range: { from, to } }, clerk);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'range' });
    }
  });
});

const consentNow = () => ({
  ...{ text: 'I agree.', givenAt: clock.now().toISOString(), channels: ['PHONE'], scope: 'PARTNER_LIST' },
  ...{ certificateType: 'INTERNAL', certificateRef: 'REC-1' },
});
