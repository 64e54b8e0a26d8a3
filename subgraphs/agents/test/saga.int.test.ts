import { uuidv7 } from '@leadgraph/kit';
import { eventually } from '@leadgraph/kit/testing';
import type { EventMessage, EventPayload, EventType } from '@leadgraph/schema';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AgentsTestbed, operator, startAgents } from './agentsTestbed.js';
import { leadFacts } from './leadFacts.js';

let agents: AgentsTestbed;
let nats: NatsConnection;
beforeAll(async () => {
  agents = await startAgents({}, { withNats: true });
  nats = await connect({ servers: process.env.TEST_NATS_URL ?? '' });
  await eventually(async () => expect((await fetch(`${agents.subgraph.running.url}/health/ready`)).status).toBe(200));
});
afterAll(async () => {
  await agents?.stop();
  await nats?.close();
});

/** Publishes an event twice without a message id, as NATS delivers it after its duplicate window. */
async function publishTwice<T extends EventType>(type: T, key: string, payload: EventPayload<T>): Promise<void> {
  const message = {
    id: uuidv7(),
    type,
    schemaVersion: 1,
    occurredAt: agents.clock.now().toISOString(),
    entities: [{ __typename: 'Lead', key, version: 1 }],
    actor: { kind: 'SYSTEM', sub: '' },
    payload,
  };
  for (const _ of [1, 2]) await nats.jetstream().publish(`${type}.${key}`, JSON.stringify(message));
}

it('takes a lead from its quotes to its assignment over NATS, each step once', async () => {
  const heard: EventMessage[] = [];
  const subscription = nats.subscribe('agents.>', {
    callback: (error, message) => {
      if (!error) heard.push(message.json<EventMessage>());
    },
  });
  await nats.flush();
  const { agentId, identity } = await agents.buyer();
  const lead = leadFacts({ maxSales: 1 });
  const { leadId } = lead;
  const own = () => heard.filter(({ entities }) => entities.some(({ key }) => key === leadId));
  // How often the routing changed meanwhile depends on what came first.
  const types = () => own().flatMap(({ type }) => (type === 'agents.routing.changed' ? [] : [type]));
  const expiresAt = new Date(agents.clock.now().getTime() + 900_000).toISOString();
  const quote = { leadId, ruleVersion: '1', priceCents: 2_000, expiresAt };
  await publishTwice('payments.quote.created', leadId, { ...quote, quoteId: uuidv7(), mode: 'SHARED' });
  await publishTwice('payments.quote.created', leadId, { ...quote, quoteId: uuidv7(), mode: 'EXCLUSIVE' });
  await publishTwice('leads.lead.qualified', leadId, { lead, score: 70, tier: 'WARM' });
  await eventually(() => expect(types()).toEqual(['agents.routing.started', 'agents.offer.reserved']));

  const [offer] = await agents.offers(leadId);
  if (!offer) throw new Error('no offer');
  const ids = { offerId: offer.id, leadId, agentId };
  const { quoteId, priceCents } = offer;
  await publishTwice('payments.hold.held', agentId, { ...ids, holdId: uuidv7(), quoteId, priceCents, expiresAt });
  await eventually(() => expect(types()).toContain('agents.offer.offered'));
  await agents.accept(offer.id, identity);
  await publishTwice('leads.lead.sold', leadId, { ...ids, chargeId: uuidv7(), priceCents, soldCount: 1 });
  await eventually(() => expect(types()).toContain('agents.assignment.created'));
  expect(types()).toEqual([
    'agents.routing.started',
    'agents.offer.reserved',
    'agents.offer.offered',
    'agents.offer.accepted',
    'agents.offer.settled',
    'agents.assignment.created',
  ]);
  const accepted = own().find(({ type }) => type === 'agents.offer.accepted');
  expect(accepted?.actor).toEqual({ kind: 'AGENT', sub: agentId });
  expect(JSON.stringify(heard)).not.toMatch(/@example\.com|\+1214/);
  subscription.unsubscribe();
});

it('says how it is', async () => {
  expect(await agents.ok('{ health { agents { status failing } } }', {}, operator)).toEqual({
    health: { agents: { status: 'OK', failing: [] } },
  });
});
