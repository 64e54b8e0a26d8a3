import { uuidv7 } from '@leadgraph/kit';
import { eventually, type TestSubgraph } from '@leadgraph/kit/testing';
import type { EventMessage, EventPayload, EventType } from '@leadgraph/schema';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { create, makeSource, startLeads, submission } from './leadsFixture.js';

let leads: TestSubgraph;
let nats: NatsConnection;

beforeAll(async () => {
  leads = await startLeads({ withNats: true });
  nats = await connect({ servers: process.env.TEST_NATS_URL ?? '' });
  await eventually(async () => expect((await fetch(`${leads.running.url}/health/ready`)).status).toBe(200));
});
afterAll(async () => {
  await leads?.stop();
  await nats?.close();
});

/** Publishes an event twice without a message id: NATS takes both for different messages, as it does after its duplicate window. */
async function publishTwice<T extends EventType>(type: T, leadId: string, payload: EventPayload<T>): Promise<void> {
  const message = {
    id: uuidv7(),
    type,
    schemaVersion: 1,
    occurredAt: new Date().toISOString(),
    entities: [{ __typename: 'Lead', key: leadId, version: 1 }],
    actor: { kind: 'SYSTEM', sub: '' },
    payload,
  };
  for (let time = 0; time < 2; time += 1) {
    await nats.jetstream().publish(`${type}.${leadId}`, JSON.stringify(message));
  }
}

it('announces a lead on NATS and goes on with what it hears there, in order and once', async () => {
  const heard: EventMessage[] = [];
  const subscription = nats.subscribe('leads.>', {
    callback: (error, message) => {
      if (!error) heard.push(message.json<EventMessage>());
    },
  });
  await nats.flush();
  const { lead } = await create(leads, submission(await makeSource(leads)));
  const leadId: string = lead.id;
  const own = () => heard.filter(({ entities }) => entities[0]?.key === leadId).map(({ type }) => type);
  await eventually(() => expect(own()).toEqual(['leads.lead.validated']));

  await publishTwice('ai.qualification.started', leadId, { leadId, jobId: uuidv7() });
  // Published without an order key, the two may be handled at the same time.
  await eventually(() => expect(own()).toContain('leads.lead.qualifying'));
  await publishTwice('ai.qualification.completed', leadId, {
    leadId,
    qualificationId: uuidv7(),
    score: 70,
    tier: 'WARM',
    decision: 'QUALIFIED',
    engine: 'LLM',
    reasonCodes: [],
  });
  await eventually(() => expect(own()).toContain('leads.lead.qualified'));
  const [offerId, agentId] = [uuidv7(), uuidv7()];
  await publishTwice('payments.charge.captured', leadId, {
    leadId,
    offerId,
    agentId,
    chargeId: uuidv7(),
    holdId: uuidv7(),
    quoteId: uuidv7(),
    priceCents: 100,
  });
  await eventually(() => expect(own()).toContain('leads.lead.sold'));
  expect(own()).toEqual(['leads.lead.validated', 'leads.lead.qualifying', 'leads.lead.qualified', 'leads.lead.sold']);
  subscription.unsubscribe();
});
