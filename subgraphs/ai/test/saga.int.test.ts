import { uuidv7 } from '@leadgraph/kit';
import { eventually, type TestSubgraph } from '@leadgraph/kit/testing';
import type { EventMessage } from '@leadgraph/schema';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleFacts } from './sampleFacts.js';
import { startEmulator, startTestAi } from './startTestAi.js';

let emulator: Awaited<ReturnType<typeof startEmulator>>;
let ai: TestSubgraph;
let nats: NatsConnection;

beforeAll(async () => {
  emulator = await startEmulator();
  ai = await startTestAi(emulator.url, { withNats: true });
  nats = await connect({ servers: process.env.TEST_NATS_URL ?? '' });
  await eventually(async () => expect((await fetch(`${ai.running.url}/health/ready`)).status).toBe(200));
});
afterAll(async () => {
  await ai?.stop();
  await nats?.close();
  await emulator?.stop();
});

it('hears of a lead on NATS and answers there, in order, whatever was delivered twice', async () => {
  const facts = sampleFacts();
  const heard: EventMessage[] = [];
  const subscription = nats.subscribe(`ai.>`, {
    callback: (error, message) => {
      if (!error && message.subject.endsWith(facts.leadId)) heard.push(message.json<EventMessage>());
    },
  });
  await nats.flush();
  const message = {
    id: uuidv7(),
    type: 'leads.lead.validated',
    schemaVersion: 1,
    occurredAt: new Date().toISOString(),
    entities: [{ __typename: 'Lead', key: facts.leadId, version: 1 }],
    actor: { kind: 'PARTNER', sub: 'acme' },
    payload: { lead: facts },
  };
  const subject = `leads.lead.validated.${facts.leadId}`;
  // Without a message id NATS takes both for different messages, as it does after its duplicate window.
  await nats.jetstream().publish(subject, JSON.stringify(message));
  await nats.jetstream().publish(subject, JSON.stringify(message));
  await eventually(() => expect(heard.map(({ type }) => type)).toContain('ai.qualification.completed'));
  expect(heard.map(({ type }) => type)).toEqual([
    'ai.qualification.queued',
    'ai.qualification.started',
    'ai.qualification.completed',
  ]);
  expect(heard[2]?.entities).toContainEqual({ __typename: 'Lead', key: facts.leadId, version: 1 });
  expect(heard[2]?.payload).toMatchObject({ leadId: facts.leadId, engine: 'LLM', decision: 'QUALIFIED' });
  subscription.unsubscribe();
});
