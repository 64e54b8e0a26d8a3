import { uuidv7 } from '@leadgraph/kit';
import { eventually } from '@leadgraph/kit/testing';
import { type EventMessage, type EventPayload, type EventType, SCHEMA_VERSION } from '@leadgraph/schema';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leadFacts, offerRef, type PaymentsTestbed, startPayments } from './paymentsTestbed.js';

let payments: PaymentsTestbed;
let nats: NatsConnection;

beforeAll(async () => {
  payments = await startPayments({ withNats: true });
  nats = await connect({ servers: process.env.TEST_NATS_URL ?? '' });
  await eventually(async () => expect((await fetch(`${payments.subgraph.running.url}/health/ready`)).status).toBe(200));
});
afterAll(async () => {
  await payments?.stop();
  await nats?.close();
});

/** Publishes an event twice, which NATS takes for two messages, as it does after its duplicate window. */
async function publish<T extends EventType>(type: T, key: string, payload: EventPayload<T>): Promise<void> {
  const message = JSON.stringify({
    id: uuidv7(),
    type,
    schemaVersion: SCHEMA_VERSION,
    occurredAt: payments.clock.now().toISOString(),
    entities: [{ __typename: 'Offer', key, version: 1 }],
    actor: { kind: 'SYSTEM', sub: '' },
    payload,
  });
  // The streams may still be on their way: a service is ready as soon as it has reached NATS.
  for (let time = 0; time < 2; time += 1) {
    await eventually(() => nats.jetstream().publish(`${type}.${key}`, message));
  }
}

test('a lead’s money goes its whole way over NATS, once, whatever is delivered twice', async () => {
  const agentId = uuidv7();
  const facts = leadFacts({ receivedAt: payments.clock.now().toISOString() });
  const heard: EventMessage[] = [];
  const subscription = nats.subscribe('payments.>', {
    callback: (error, message) => {
      const event = error ? undefined : message.json<EventMessage>();
      const { leadId, agentId: whose } = (event?.payload ?? {}) as { leadId?: string; agentId?: string };
      if (event && (leadId === facts.leadId || whose === agentId)) heard.push(event);
    },
  });
  await nats.flush();
  const payloadsOf = <T extends EventType>(type: T) =>
    heard.filter((event) => event.type === type).map((event) => event.payload as EventPayload<T>);

  await publish('agents.agent.registered', agentId, { agentId, agencyId: uuidv7() });
  await publish('leads.lead.qualified', facts.leadId, { lead: facts, score: 85, tier: 'HOT' });
  await eventually(() => expect(payloadsOf('payments.wallet.changed')).toEqual([{ agentId, availableCents: 0 }]));
  await eventually(() => expect(payloadsOf('payments.quote.created')).toHaveLength(2));
  await payments.ok('mutation ($input: CreditWalletInput!) { creditWallet(input: $input) { id } }', {
    input: { agentId, amountCents: 100_000, reason: 'test', idempotencyKey: uuidv7() },
  });

  const quote = payloadsOf('payments.quote.created').find(({ mode }) => mode === 'SHARED');
  if (!quote) throw new Error('there is no quote for a shared sale');
  const reservation = payments.reservation(agentId, quote);
  await publish('agents.offer.reserved', reservation.offerId, reservation);
  await eventually(() => expect(payloadsOf('payments.hold.held')).toHaveLength(1));
  await publish('agents.offer.accepted', reservation.offerId, offerRef(reservation));
  await eventually(() => expect(payloadsOf('payments.charge.captured')).toHaveLength(1));

  expect(payloadsOf('payments.charge.captured')[0]).toMatchObject({
    ...offerRef(reservation),
    quoteId: quote.quoteId,
    priceCents: quote.priceCents,
  });
  expect((await payments.wallet(agentId)).balanceCents).toBe(100_000 - quote.priceCents);
  expect(payloadsOf('payments.wallet.changed').map(({ availableCents }) => availableCents)).toEqual([
    0,
    100_000,
    100_000 - quote.priceCents,
    // The capture: what was held is spent.
    100_000 - quote.priceCents,
  ]);
  expect(await payments.ledgerFaults()).toEqual([]);
  subscription.unsubscribe();
});
