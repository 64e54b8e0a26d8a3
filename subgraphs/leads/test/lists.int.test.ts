import { ManualClock, uuidv7 } from '@leadgraph/kit';
import type { TestSubgraph } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acme, create, frontend, makeSource, operator, phoneNumber, startLeads, submission } from './leadsFixture.js';

const HOUR_MS = 3_600_000;
const start = new Date('2026-11-20T10:00:00.000Z');
const clock = new ManualClock(start);
let leads: TestSubgraph;
const sources: string[] = [];
/** In the order of receipt. */
const made: {
  id: string;
  line: string;
  status: string;
  score: number | null;
  state: string;
  sourceId: string;
  isTest: boolean;
  at: Date;
}[] = [];

const lines = ['AUTO', 'HOME', 'LIFE'];
const places = [
  { state: 'IL', zip: '60601' },
  { state: 'NY', zip: '10001' },
];
const scores = [90, 55, 55, null, 20, 90];

beforeAll(async () => {
  leads = await startLeads({ clock });
  sources.push(await makeSource(leads), await makeSource(leads));
  for (let index = 0; index < 30; index += 1) {
    clock.advance(HOUR_MS);
    const line = lines[index % lines.length] as string;
    const place = places[index % places.length] as (typeof places)[0];
    const sourceId = sources[index % 4 === 0 ? 0 : 1] as string;
    const isTest = index % 5 === 0;
    const { lead } = await create(
      leads,
      submission(sourceId, {
        line,
        details: { [line.toLowerCase()]: {} },
        address: place,
        isTest,
        consent: { ...consentAt(clock.now()) },
      }),
    );
    const score = scores[index % scores.length] ?? null;
    if (score !== null) await qualify(lead.id, score);
    made.push({
      id: lead.id,
      line,
      score,
      status: score === null ? 'VALIDATED' : score < 40 ? 'DISQUALIFIED' : 'QUALIFIED',
      state: place.state,
      sourceId,
      isTest,
      at: clock.now(),
    });
  }
});
afterAll(() => leads.stop());

const consentAt = (now: Date) => ({
  text: 'I agree.',
  givenAt: now.toISOString(),
  channels: ['PHONE'],
  scope: 'PARTNER_LIST',
  certificateType: 'INTERNAL',
  certificateRef: 'REC-1',
});

async function qualify(leadId: string, score: number): Promise<void> {
  await leads.deliver('ai.qualification.completed', {
    leadId,
    qualificationId: uuidv7(),
    score,
    tier: score >= 80 ? 'HOT' : score >= 40 ? 'COOL' : 'COLD',
    decision: score < 40 ? 'DISQUALIFIED' : 'QUALIFIED',
    engine: 'SCORECARD',
    reasonCodes: [],
  });
}

const LIST = `query ($first: Int, $after: String, $filter: LeadFilter, $sort: LeadSort) {
  leads(first: $first, after: $after, filter: $filter, sort: $sort) {
    edges { node { id score } cursor }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;

/** Walks all pages. `between` runs after each. */
async function walk(
  variables: Record<string, unknown>,
  between: () => Promise<void> = async () => {},
): Promise<string[]> {
  const seen: string[] = [];
  let after: string | null = null;
  for (;;) {
    const { data, errors } = await leads.query(LIST, { ...variables, after }, frontend);
    if (errors) throw new Error(JSON.stringify(errors));
    seen.push(...data.leads.edges.map(({ node }: { node: { id: string } }) => node.id));
    expect(data.leads.pageInfo.hasPreviousPage).toBe(after !== null);
    if (!data.leads.pageInfo.hasNextPage) return seen;
    after = data.leads.pageInfo.endCursor;
    await between();
  }
}

describe('a list of leads', () => {
  it('shows the newest first and pages through all of them', async () => {
    expect(await walk({ first: 7 })).toEqual(made.map(({ id }) => id).reverse());
    expect(await walk({ first: 7, sort: { direction: 'ASC' } })).toEqual(made.map(({ id }) => id));
  });

  it.each(['ASC', 'DESC'] as const)('sorts by score %s, those without one below all others', async (direction) => {
    const expected = [...made]
      .sort((a, b) => (a.score ?? -1) - (b.score ?? -1) || (a.id < b.id ? -1 : 1))
      .map(({ id }) => id);
    if (direction === 'DESC') expected.reverse();
    expect(await walk({ first: 4, sort: { field: 'SCORE', direction } })).toEqual(expected);
  });

  it.each([
    ['status', { status: ['QUALIFIED', 'VALIDATED'] }, (lead: (typeof made)[0]) => lead.status !== 'DISQUALIFIED'],
    ['line', { line: ['LIFE'] }, (lead: (typeof made)[0]) => lead.line === 'LIFE'],
    ['state', { state: ['ny'] }, (lead: (typeof made)[0]) => lead.state === 'NY'],
    ['score', { scoreMin: 50, scoreMax: 60 }, (lead: (typeof made)[0]) => lead.score === 55],
    ['test leads', { includeTest: false }, (lead: (typeof made)[0]) => !lead.isTest],
    ['nothing', { status: [], line: [] }, () => true],
    [
      'several things',
      { line: ['AUTO'], state: ['IL'], status: ['QUALIFIED'] },
      (lead: (typeof made)[0]) => lead.line === 'AUTO' && lead.state === 'IL' && lead.status === 'QUALIFIED',
    ],
  ])('filters by %s', async (_, filter, holds) => {
    const expected = made.filter(holds).map(({ id }) => id);
    expect(await walk({ first: 100, filter })).toEqual(expected.reverse());
    const { data } = await leads.query(
      'query ($filter: LeadFilter) { leads(filter: $filter) { totalCount { value relation } } }',
      { filter },
      frontend,
    );
    expect(data.leads.totalCount).toEqual({ value: expected.length, relation: 'EQ' });
  });

  it('filters by source and by a span of receipt, its end left out', async () => {
    const [sourceId] = sources;
    const own = made.filter((lead) => lead.sourceId === sourceId).map(({ id }) => id);
    expect(await walk({ first: 100, filter: { sourceId: [sourceId] } })).toEqual(own.reverse());
    expect(await walk({ first: 2, filter: { sourceId: [sourceId, sourceId?.toUpperCase()] } })).toEqual(own);
    const [from, to] = [made[10]?.at, made[20]?.at];
    const within = made.slice(10, 20).map(({ id }) => id);
    expect(await walk({ first: 100, filter: { receivedFrom: from, receivedTo: to } })).toEqual(within.reverse());
  });

  it('shows the last 90 days unless a date is asked for', async () => {
    const now = clock.now();
    clock.set(new Date(start.getTime() + 91 * 24 * HOUR_MS + 5.5 * HOUR_MS));
    const young = made.filter(({ at }) => at.getTime() >= clock.now().getTime() - 90 * 24 * HOUR_MS);
    expect(young.length).toBeLessThan(made.length);
    expect(await walk({ first: 100 })).toEqual(young.map(({ id }) => id).reverse());
    expect(await walk({ first: 100, filter: { receivedFrom: start } })).toHaveLength(made.length);
    expect(await walk({ first: 100, filter: { receivedTo: clock.now() } })).toHaveLength(made.length);
    clock.set(now);
  });

  it('shows each lead once while others are added', async () => {
    let added = 0;
    const seen = await walk({ first: 5, sort: { field: 'RECEIVED_AT', direction: 'DESC' } }, async () => {
      clock.advance(1_000);
      added += 1;
      await create(leads, submission(sources[0] as string, { consent: consentAt(clock.now()), isTest: true }));
    });
    expect(added).toBeGreaterThan(0);
    expect(seen).toEqual(made.map(({ id }) => id).reverse());
    const rest = await walk({ first: 100 });
    for (const id of rest.filter((known) => !made.some((lead) => lead.id === known))) {
      made.push({
        id,
        line: 'AUTO',
        status: 'VALIDATED',
        score: null,
        state: 'IL',
        sourceId: sources[0] as string,
        isTest: true,
        at: clock.now(),
      });
    }
  });

  it.each([
    ['rubbish', 'INVALID_CURSOR', { after: 'rubbish' }],
    ['an empty cursor', 'INVALID_CURSOR', { after: '' }],
    [
      'a cursor with another value',
      'INVALID_CURSOR',
      { after: Buffer.from('["leads:RECEIVED_AT:DESC","x\' OR 1=1"]').toString('base64url') },
    ],
    [
      'a cursor with a number that no score is',
      'INVALID_CURSOR',
      {
        after: Buffer.from(`["leads:SCORE:DESC",99999999999,"${uuidv7()}"]`).toString('base64url'),
        sort: { field: 'SCORE' },
      },
    ],
    ['a page of 10,000', 'PAGE_TOO_LARGE', { first: 10_000 }],
    ['an empty page', 'BAD_USER_INPUT', { first: 0 }],
    ['a page of less than nothing', 'BAD_USER_INPUT', { first: -1 }],
    ['a source that is no id', 'BAD_USER_INPUT', { filter: { sourceId: ['x'] } }],
    ['too many values', 'BAD_USER_INPUT', { filter: { state: Array(101).fill('IL') } }],
  ])('refuses %s with %s', async (_, code, variables) => {
    const { errors } = await leads.query(LIST, variables, frontend);
    expect(errors?.[0]?.extensions.code).toBe(code);
  });

  it('refuses the cursor of another sort order', async () => {
    const { data } = await leads.query(LIST, { first: 1 }, frontend);
    const after = data.leads.pageInfo.endCursor;
    const { errors } = await leads.query(LIST, { first: 1, after, sort: { field: 'SCORE' } }, frontend);
    expect(errors?.[0]?.extensions.code).toBe('INVALID_CURSOR');
  });

  it('finds the leads of a phone number or an email address for operators who may see contacts, for nobody else', async () => {
    const phone = phoneNumber(900_001);
    const { lead } = await create(
      leads,
      submission(sources[0] as string, {
        contact: { phone, email: 'Find.Me@example.com' },
        consent: consentAt(clock.now()),
      }),
    );
    for (const filter of [{ phone: phone.replace('+1', '(') }, { email: 'find.me+x@EXAMPLE.com' }]) {
      const { data } = await leads.query(LIST, { filter }, operator);
      expect(data.leads.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([lead.id]);
      expect((await leads.query(LIST, { filter }, acme)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
    expect((await leads.query(LIST, { filter: { phone: 'none' } }, operator)).data.leads.edges).toEqual([]);
  });
});

describe('the timeline', () => {
  it('is paged by version and refuses what lists refuse', async () => {
    const scored = made.find(({ score }) => score === 90);
    const TIMELINE = `query ($id: ID!, $first: Int, $after: String) {
      lead(id: $id) { timeline(first: $first, after: $after) { edges { node { version toStatus } } pageInfo { hasNextPage endCursor } } }
    }`;
    const page = async (variables: Record<string, unknown>) =>
      leads.query(TIMELINE, { id: scored?.id, ...variables }, frontend);
    const first = (await page({ first: 2 })).data.lead.timeline;
    expect(first.edges.map(({ node }: { node: object }) => node)).toEqual([
      { version: 1, toStatus: 'RECEIVED' },
      { version: 2, toStatus: 'VALIDATED' },
    ]);
    const second = (await page({ first: 2, after: first.pageInfo.endCursor })).data.lead.timeline;
    expect(second.edges.map(({ node }: { node: object }) => node)).toEqual([{ version: 3, toStatus: 'QUALIFIED' }]);
    expect(second.pageInfo.hasNextPage).toBe(false);
    expect((await page({ first: 10_000 })).errors?.[0]?.extensions.code).toBe('PAGE_TOO_LARGE');
    expect((await page({ after: 'x' })).errors?.[0]?.extensions.code).toBe('INVALID_CURSOR');
  });
});
