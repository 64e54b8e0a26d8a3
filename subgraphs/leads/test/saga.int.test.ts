import { ManualClock, uuidv7 } from '@leadgraph/kit';
import type { TestSubgraph } from '@leadgraph/kit/testing';
import type { EventPayload, EventType } from '@leadgraph/schema';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { create, makeSource, operator, startLeads, submission } from './leadsFixture.js';

const clock = new ManualClock(new Date());
let leads: TestSubgraph;
let sourceId: string;
beforeAll(async () => {
  leads = await startLeads({ clock });
  sourceId = await makeSource(leads);
});
afterAll(() => leads.stop());

const newLead = async (): Promise<string> => (await create(leads, submission(sourceId))).lead.id;

interface StoredLead {
  status: string;
  version: number;
  score: number | null;
  tier: string | null;
  sold_count: number;
  retry_at: Date | null;
}
const stored = async (leadId: string): Promise<StoredLead> =>
  (await leads.database.db.query('SELECT * FROM lead WHERE id = $1', [leadId]))[0];
const announced = async (leadId: string) =>
  (await leads.outbox()).filter(({ entities }) => entities[0]?.key === leadId).map((message) => message);

/** An event as `deliver` takes it. */
const event = <T extends EventType>(type: T, payload: EventPayload<T>): [T, EventPayload<T>] => [type, payload];

const qualification = (
  leadId: string,
  score = 82,
  decision: 'QUALIFIED' | 'NEEDS_REVIEW' | 'DISQUALIFIED' = 'QUALIFIED',
) =>
  event('ai.qualification.completed', {
    leadId,
    qualificationId: uuidv7(),
    score,
    tier: score >= 80 ? 'HOT' : 'COLD',
    decision,
    engine: 'SCORECARD',
    reasonCodes: ['INTENT'],
  });
const charge = (leadId: string, offerId: string = uuidv7()) =>
  event('payments.charge.captured', {
    leadId,
    offerId,
    agentId: uuidv7(),
    chargeId: uuidv7(),
    holdId: uuidv7(),
    quoteId: uuidv7(),
    priceCents: 4_200,
  });
const offered = (leadId: string) =>
  event('agents.offer.offered', {
    leadId,
    offerId: uuidv7(),
    agentId: uuidv7(),
    expiresAt: new Date().toISOString(),
  });
const started = (leadId: string, round: number) => event('agents.routing.started', { leadId, round });
const completed = (leadId: string, outcome: 'QUEUED' | 'UNSOLD', retryAt: string | null = null) =>
  event('agents.routing.completed', { leadId, round: 1, outcome, retryAt, reasons: { SCHEDULE: 3 } });

describe('the qualification', () => {
  it.each([
    ['QUALIFIED', 'leads.lead.qualified'],
    ['NEEDS_REVIEW', 'leads.lead.needs_review'],
    ['DISQUALIFIED', 'leads.lead.disqualified'],
  ] as const)('%s sets the status, also when its start is heard of afterwards', async (decision, type) => {
    const leadId = await newLead();
    await leads.deliver(...qualification(leadId, 82, decision));
    await leads.deliver('ai.qualification.started', { leadId, jobId: uuidv7() });
    expect(await stored(leadId)).toMatchObject({ status: decision, score: 82, tier: 'HOT', version: 3 });
    expect((await announced(leadId)).map((message) => message.type)).toEqual(['leads.lead.validated', type]);
  });

  it('is taken once however often the message comes, and says nothing new when it is answered again', async () => {
    const leadId = await newLead();
    const message = qualification(leadId);
    const id = await leads.deliver(...message);
    await leads.deliver(message[0], message[1], { id });
    await leads.deliver(...message);
    expect((await stored(leadId)).version).toBe(3);
  });

  it('that comes later changes score and tier, never the status', async () => {
    for (const decision of ['QUALIFIED', 'DISQUALIFIED', 'NEEDS_REVIEW'] as const) {
      const leadId = await newLead();
      await leads.deliver(...qualification(leadId, 82, decision));
      await leads.deliver(...qualification(leadId, 12, 'DISQUALIFIED'));
      expect(await stored(leadId)).toMatchObject({ status: decision, score: 12, tier: 'COLD' });
      expect((await announced(leadId)).at(-1)).toMatchObject({
        type: 'leads.lead.rescored',
        payload: { leadId, score: 12, tier: 'COLD' },
      });
    }
  });

  it('of a rejected, duplicate, withdrawn or erased lead changes nothing', async () => {
    const input = submission(sourceId);
    const original = (await create(leads, input)).lead.id;
    const duplicate = (await create(leads, { ...input, maxSales: 2 })).lead.id;
    const rejected = (await create(leads, submission(sourceId, { consent: null }))).lead.id;
    await leads.query(
      'mutation ($id: ID!) { eraseLead(leadId: $id, reason: "asked") { id } }',
      { id: original },
      operator,
    );
    for (const leadId of [original, duplicate, rejected]) {
      const before = await stored(leadId);
      await leads.deliver(...qualification(leadId));
      await leads.deliver('ai.qualification.started', { leadId, jobId: uuidv7() });
      expect(await stored(leadId)).toEqual(before);
    }
  });

  it('of a lead that is not here fails, so that somebody looks at it', async () => {
    await expect(leads.deliver(...qualification(uuidv7()))).rejects.toThrow(/no lead/);
  });
});

describe('a review', () => {
  const REVIEW = `mutation ($id: ID!, $decision: LeadReviewDecision!) {
    reviewLead(leadId: $id, decision: $decision, reason: "called (312) 867-5309, is real") { status }
  }`;
  const review = (id: string, decision: string) => leads.query(REVIEW, { id, decision }, operator);

  it('lets an operator decide, once, and announces the lead as qualified with its facts', async () => {
    const leadId = await newLead();
    await leads.deliver(...qualification(leadId, 50, 'NEEDS_REVIEW'));
    expect((await review(leadId, 'QUALIFIED')).data.reviewLead).toEqual({ status: 'QUALIFIED' });
    expect((await announced(leadId)).at(-1)).toMatchObject({
      type: 'leads.lead.qualified',
      actor: { kind: 'OPERATOR', sub: 'ops' },
      payload: { score: 50, lead: { leadId, line: 'AUTO' } },
    });
    expect((await review(leadId, 'DISQUALIFIED')).errors?.[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      status: 'QUALIFIED',
    });
    const { data } = await leads.query(
      'query ($id: ID!) { lead(id: $id) { timeline { edges { node { toStatus reason } } } } }',
      { id: leadId },
      operator,
    );
    expect(data.lead.timeline.edges.at(-1).node).toEqual({ toStatus: 'QUALIFIED', reason: 'called [number], is real' });
  });

  it('can turn a lead down, and knows only leads that are there', async () => {
    const leadId = await newLead();
    await leads.deliver(...qualification(leadId, 50, 'NEEDS_REVIEW'));
    expect((await review(leadId, 'DISQUALIFIED')).data.reviewLead).toEqual({ status: 'DISQUALIFIED' });
    expect((await review(uuidv7(), 'DISQUALIFIED')).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  it('decides once when two operators do it at the same time', async () => {
    const leadId = await newLead();
    await leads.deliver(...qualification(leadId, 50, 'NEEDS_REVIEW'));
    const answers = await Promise.all([review(leadId, 'QUALIFIED'), review(leadId, 'DISQUALIFIED')]);
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
  });
});

describe('the routing', () => {
  it('is followed round by round, into the queue and out of it', async () => {
    const leadId = await newLead();
    await leads.deliver(...qualification(leadId));
    const retryAt = new Date(clock.now().getTime() + 3_600_000).toISOString();
    for (const [message, status] of [
      [started(leadId, 1), 'ROUTING'],
      [offered(leadId), 'OFFERED'],
      [started(leadId, 2), 'ROUTING'],
      [completed(leadId, 'QUEUED', retryAt), 'QUEUED'],
      [started(leadId, 3), 'ROUTING'],
      [completed(leadId, 'UNSOLD'), 'UNSOLD'],
    ] as const) {
      clock.advance(1_000);
      await leads.deliver(message[0] as 'agents.routing.started', message[1] as never);
      const lead = await stored(leadId);
      expect(lead.status).toBe(status);
      expect(lead.retry_at?.toISOString() ?? null).toBe(status === 'QUEUED' ? retryAt : null);
    }
    expect((await announced(leadId)).find(({ type }) => type === 'leads.lead.queued')?.payload).toMatchObject({
      leadId,
      reason: 'SCHEDULE',
      retryAt,
    });
  });

  it('does not go back when an older message comes after a newer one', async () => {
    const leadId = await newLead();
    await leads.deliver(...qualification(leadId));
    const before = clock.now();
    clock.advance(5_000);
    await leads.deliver(...offered(leadId));
    const now = clock.now();
    clock.set(before);
    await leads.deliver(...started(leadId, 1));
    clock.set(now);
    expect((await stored(leadId)).status).toBe('OFFERED');
  });

  it('says nothing about a lead that is sold, withdrawn or not qualified yet', async () => {
    const sold = await newLead();
    await leads.deliver(...qualification(sold));
    await leads.deliver(...charge(sold));
    const withdrawn = await newLead();
    await leads.query(
      'mutation ($id: ID!) { revokeConsent(leadId: $id, reason: "asked") { id } }',
      { id: withdrawn },
      operator,
    );
    for (const leadId of [sold, withdrawn, await newLead()]) {
      const before = await stored(leadId);
      clock.advance(1_000);
      await leads.deliver(...started(leadId, 2));
      await leads.deliver(...offered(leadId));
      await leads.deliver(...completed(leadId, 'UNSOLD'));
      expect(await stored(leadId)).toEqual(before);
    }
  });
});

describe('a captured charge', () => {
  it('sells one place for each offer and announces a repetition as it was', async () => {
    const leadId = await newLead();
    await leads.deliver(...qualification(leadId));
    const [first, second] = [charge(leadId), charge(leadId)];
    await leads.deliver(...first);
    await leads.deliver(...second);
    await leads.deliver(...first);
    expect(await stored(leadId)).toMatchObject({ status: 'SOLD', sold_count: 2 });
    const sales = (await announced(leadId)).filter(({ type }) => type === 'leads.lead.sold');
    expect(sales.map(({ payload }) => payload)).toMatchObject([
      { offerId: first[1].offerId, soldCount: 1 },
      { offerId: second[1].offerId, soldCount: 2 },
      { offerId: first[1].offerId, soldCount: 1 },
    ]);
  });

  it('is taken from every state in which the lead is with agents', async () => {
    const ways = [
      [],
      [started],
      [started, offered],
      [started, (leadId: string) => completed(leadId, 'QUEUED')],
      [started, (leadId: string) => completed(leadId, 'UNSOLD')],
    ];
    for (const way of ways) {
      const leadId = await newLead();
      await leads.deliver(...qualification(leadId));
      for (const step of way) {
        clock.advance(1_000);
        const [type, payload] = step(leadId, 1);
        await leads.deliver(type as 'agents.routing.started', payload as never);
      }
      await leads.deliver(...charge(leadId));
      expect(await stored(leadId)).toMatchObject({ status: 'SOLD', sold_count: 1 });
    }
  });

  it('of a lead withdrawn meanwhile is recorded, so that it can be settled, and the lead stays withdrawn', async () => {
    const leadId = await newLead();
    await leads.deliver(...qualification(leadId));
    await leads.query(
      'mutation ($id: ID!) { revokeConsent(leadId: $id, reason: "asked") { id } }',
      { id: leadId },
      operator,
    );
    await leads.deliver(...charge(leadId));
    expect(await stored(leadId)).toMatchObject({ status: 'WITHDRAWN', sold_count: 1 });
    expect((await announced(leadId)).at(-1)?.type).toBe('leads.lead.sold');
  });

  it('counts sales of two offers at the same time', async () => {
    const leadId = await newLead();
    await leads.deliver(...qualification(leadId));
    await Promise.all(Array.from({ length: 4 }, () => leads.deliver(...charge(leadId))));
    expect(await stored(leadId)).toMatchObject({ status: 'SOLD', sold_count: 4 });
  });
});

describe('messages in any order, any number of times', () => {
  it('end in the same state, with one entry of the timeline and one event a version', async () => {
    const steps = ['qualified', 'routing', 'offered', 'sold-1', 'sold-2'] as const;
    const order = fc
      .shuffledSubarray([...steps], { minLength: steps.length, maxLength: steps.length })
      .chain((once) => fc.tuple(fc.constant(once), fc.array(fc.constantFrom(...steps), { maxLength: 4 })));
    await fc.assert(
      fc.asyncProperty(order, async ([once, again]) => {
        const leadId = await newLead();
        const messages = {
          routing: started(leadId, 1),
          offered: offered(leadId),
          'sold-1': charge(leadId),
          'sold-2': charge(leadId),
          qualified: qualification(leadId),
        };
        const ids: Partial<Record<(typeof steps)[number], string>> = {};
        // nothing of agents or payments can exist before the lead is qualified
        for (const step of ['qualified' as const, ...once.filter((name) => name !== 'qualified'), ...again]) {
          const [type, payload] = messages[step];
          const known = ids[step];
          ids[step] = await leads.deliver(
            type as 'agents.routing.started',
            payload as never,
            known ? { id: known } : {},
          );
        }
        const lead = await stored(leadId);
        expect(lead).toMatchObject({ status: 'SOLD', sold_count: 2, score: 82 });
        const timeline: { version: number }[] = await leads.database.db.query(
          'SELECT version FROM lead_event WHERE lead_id = $1 ORDER BY version',
          [leadId],
        );
        expect(timeline.map(({ version }) => version)).toEqual(
          Array.from({ length: lead.version }, (_, index) => index + 1),
        );
        const versions = (await announced(leadId)).map(({ entities }) => entities[0]?.version);
        expect(versions).toEqual(Array.from({ length: lead.version - 1 }, (_, index) => index + 2));
      }),
      { numRuns: 25 },
    );
  });
});

describe("a source's quality", () => {
  it('is the share of its decided leads that were qualified, once there are enough', async () => {
    const source = await makeSource(leads);
    const quality = async () =>
      (
        await leads.query('{ sources(first: 100) { edges { node { id quality } } } }', {}, operator)
      ).data.sources.edges.find(({ node }: { node: { id: string } }) => node.id === source).node.quality;
    for (let index = 0; index < 20; index += 1) {
      expect(await quality()).toBeNull();
      const { lead } = await create(leads, submission(source));
      await leads.deliver(...qualification(lead.id, 50, index % 4 === 0 ? 'DISQUALIFIED' : 'QUALIFIED'));
    }
    expect(await quality()).toBe(0.75);
    const { lead } = await create(leads, submission(source));
    const [message] = await announced(lead.id);
    expect(message?.payload).toMatchObject({ lead: { sourceQuality: 0.75 } });
  });
});
