import { ManualClock, uuidv7 } from '@leadgraph/kit';
import type { TestSubgraph } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../src/config.js';
import { readMasterKeys } from '../src/privacy/masterKeys.js';
import { wireLeads } from '../src/wire.js';
import { create, makeSource, startLeads, submission } from './leadsFixture.js';

const masterKeys = readMasterKeys(Buffer.alloc(32, 7).toString('base64'));
const clock = new ManualClock(new Date());
let leads: TestSubgraph;
let sourceId: string;
beforeAll(async () => {
  leads = await startLeads({ clock, masterKeys });
  sourceId = await makeSource(leads);
});
afterAll(() => leads.stop());

/** Runs one sweep by name, as the subgraph's own loop does. */
async function sweep(name: string): Promise<number> {
  const { sweepers } = await wireLeads(leads.running.tools, { masterKeys, limits: defaultLimits, sweepEveryMs: 1_000 });
  const result = await sweepers.find((sweeper) => sweeper.name === name)?.run(new AbortController().signal);
  if (result === undefined) throw new Error(`there is no sweeper "${name}"`);
  return typeof result === 'number' ? result : result.finished;
}

const announced = async (leadId: string) =>
  (await leads.outbox())
    .filter(({ entities }) => entities[0]?.key === leadId)
    .map(({ type, entities }) => [type, entities[0]?.version]);
const statusOf = async (leadId: string) =>
  (await leads.database.db.query('SELECT status FROM lead WHERE id = $1', [leadId]))[0].status;
const disqualify = (leadId: string) =>
  leads.deliver('ai.qualification.completed', {
    ...{ leadId, qualificationId: uuidv7(), score: 50, tier: 'COOL', decision: 'DISQUALIFIED' },
    ...{ engine: 'SCORECARD', reasonCodes: [] },
  });

describe('leads that are stuck', () => {
  it('without a qualification are announced again until it comes', async () => {
    const validated = (await create(leads, submission(sourceId))).lead.id;
    const qualifying = (await create(leads, submission(sourceId))).lead.id;
    await leads.deliver('ai.qualification.started', { leadId: qualifying, jobId: uuidv7() });
    clock.advance(defaultLimits.stuckAfterMs - 1_000);
    expect(await sweep('overdue-leads')).toBe(0);
    clock.advance(2_000);
    expect(await sweep('overdue-leads')).toBe(2);
    expect(await sweep('overdue-leads')).toBe(0);
    expect(await announced(validated)).toEqual([
      ['leads.lead.validated', 2],
      ['leads.lead.validated', 3],
    ]);
    expect((await announced(qualifying)).at(-1)).toEqual(['leads.lead.validated', 4]);
    expect(await statusOf(qualifying)).toBe('QUALIFYING');

    for (const leadId of [validated, qualifying]) await disqualify(leadId);
    clock.advance(10 * defaultLimits.stuckAfterMs);
    expect(await sweep('overdue-leads')).toBe(0);
  });

  it('are announced at doubling intervals up to an hour, however long nobody answers', async () => {
    const leadId = (await create(leads, submission(sourceId))).lead.id;
    const due = async (): Promise<Date> =>
      (await leads.database.db.query('SELECT due_at FROM lead WHERE id = $1', [leadId]))[0].due_at;
    const pauses: number[] = [];
    for (let count = 0; count < 8; count += 1) {
      const at = await due();
      pauses.push(Math.round((at.getTime() - clock.now().getTime()) / 60_000));
      clock.advance(at.getTime() - clock.now().getTime());
      expect(await sweep('overdue-leads')).toBe(1);
    }
    expect(pauses).toEqual([2, 2, 4, 8, 16, 32, 60, 60]);
    await disqualify(leadId);
  });

  it('of which one cannot be read are finished all the same, and that one later', async () => {
    const broken = (await create(leads, submission(sourceId))).lead.id;
    clock.advance(1_000);
    const whole = (await create(leads, submission(sourceId))).lead.id;
    const { db } = leads.database;
    const [{ sealed }] = await db.query('SELECT sealed FROM lead WHERE id = $1', [broken]);
    await db.query('UPDATE lead SET sealed = $2 WHERE id = $1', [broken, Buffer.from('not sealed')]);
    clock.advance(defaultLimits.stuckAfterMs + 1_000);
    expect(await sweep('overdue-leads')).toBe(1);
    expect(await announced(whole)).toHaveLength(2);
    await db.query('UPDATE lead SET sealed = $2 WHERE id = $1', [broken, sealed]);
    clock.advance(defaultLimits.askAgainWithinMs + 1_000);
    expect(await sweep('overdue-leads')).toBe(2);
    expect(await announced(broken)).toHaveLength(2);
    for (const leadId of [broken, whole]) await disqualify(leadId);
  });

  it('unsold expire, unless they are routed again', async () => {
    const [expiring, aged] = [
      (await create(leads, submission(sourceId))).lead.id,
      (await create(leads, submission(sourceId))).lead.id,
    ];
    for (const leadId of [expiring, aged]) {
      await leads.deliver('ai.qualification.completed', {
        leadId,
        qualificationId: uuidv7(),
        score: 90,
        tier: 'HOT',
        decision: 'QUALIFIED',
        engine: 'LLM',
        reasonCodes: [],
      });
      await leads.deliver('agents.routing.completed', {
        leadId,
        round: 1,
        outcome: 'UNSOLD',
        retryAt: null,
        reasons: {},
      });
    }
    clock.advance(86_400_000);
    await leads.deliver('agents.routing.started', { leadId: aged, round: 2 });
    clock.advance(defaultLimits.unsoldExpiresAfterMs);
    expect(await sweep('overdue-leads')).toBe(1);
    expect([await statusOf(expiring), await statusOf(aged)]).toEqual(['EXPIRED', 'ROUTING']);
    expect((await announced(expiring)).at(-1)?.[0]).toBe('leads.lead.expired');
  });

  it('are finished once when two sweepers look at the same time', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 6; index += 1) ids.push((await create(leads, submission(sourceId))).lead.id);
    clock.advance(defaultLimits.stuckAfterMs + 1);
    const finished = await Promise.all([sweep('overdue-leads'), sweep('overdue-leads')]);
    expect(finished[0] + finished[1]).toBe(ids.length);
    for (const id of ids) expect(await announced(id)).toHaveLength(2);
  });
});

describe('what is kept no longer than it serves', () => {
  it('are fingerprints past a minute and contact claims past 30 days', async () => {
    await create(leads, submission(sourceId));
    const count = async (table: string) =>
      (await leads.database.db.query(`SELECT count(*)::int AS count FROM ${table}`))[0].count;
    clock.advance(defaultLimits.replayWithinMs + 1);
    await sweep('stale-claims');
    expect(await count('recent_payload')).toBe(0);
    expect(await count('contact_claim')).toBeGreaterThan(0);
    clock.advance(defaultLimits.duplicateWithinMs);
    await sweep('stale-claims');
    expect(await count('contact_claim')).toBe(0);
  });
});

describe('partitions', () => {
  it('are made ahead as time goes on, also when two processes try at once', async () => {
    clock.advance(120 * 86_400_000);
    const made = await Promise.all([sweep('month-partitions'), sweep('month-partitions')]);
    expect(Math.max(...made)).toBeGreaterThan(0);
    expect(Math.min(...made)).toBe(0);
    const { lead } = await create(leads, submission(sourceId, { isTest: true }));
    const [{ name }] = await leads.database.db.query(
      'SELECT tableoid::regclass::text AS name FROM lead WHERE id = $1',
      [lead.id],
    );
    expect(name).toBe(`lead_${clock.now().toISOString().slice(0, 7).replace('-', '_')}`);
  });
});
