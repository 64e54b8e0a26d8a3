import { anonymous, type Identity, uuidv7 } from '@leadgraph/kit';
import type { TestSubgraph } from '@leadgraph/kit/testing';
import type { EventMessage } from '@leadgraph/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acme,
  agent,
  clerk,
  create,
  frontend,
  makeSource,
  operator,
  rival,
  startLeads,
  submission,
} from './leadsFixture.js';

let leads: TestSubgraph;
let sourceId: string;

beforeAll(async () => {
  leads = await startLeads();
  sourceId = await makeSource(leads);
});
afterAll(() => leads?.stop());

async function qualified(): Promise<string> {
  const { lead } = await create(leads, submission(sourceId));
  await leads.deliver('ai.qualification.completed', {
    leadId: lead.id,
    qualificationId: uuidv7(),
    score: 82,
    tier: 'HOT',
    decision: 'QUALIFIED',
    engine: 'LLM',
    reasonCodes: ['INTENT'],
  });
  return lead.id;
}

async function sell(leadId: string, agentId: string, offerId = uuidv7()): Promise<string> {
  await leads.deliver('payments.charge.captured', {
    leadId,
    agentId,
    offerId,
    chargeId: uuidv7(),
    holdId: uuidv7(),
    quoteId: uuidv7(),
    priceCents: 4_200,
  });
  return offerId;
}

async function heardOf(leadId: string): Promise<EventMessage[]> {
  return (await leads.outbox()).filter(({ entities }) => entities[0]?.key === leadId);
}

const eventOf = ({ entities }: EventMessage) => entities.find(({ __typename }) => __typename === 'LeadEvent')?.key;

/** What the gateway asks for an event. */
function askFor(id: string, identity: Identity, fields: string) {
  const document = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on LeadEvent { ${fields} } } }`;
  return leads.query(document, { of: [{ __typename: 'LeadEvent', id }] }, identity);
}

async function entityOf(id: string, identity: Identity) {
  const { kind } = identity;
  const more = kind === 'OPERATOR' ? 'reason data actor { sub }' : kind === 'AGENT' ? '' : 'reason';
  const fields = `id fromStatus toStatus actor { kind } lead { status contact { masked } } ${more}`;
  const { data, errors } = await askFor(id, identity, fields);
  expect(errors).toBeUndefined();
  return data._entities[0];
}

describe('the entity of a lead’s event', () => {
  it('is the step of its timeline, with the lead as it is now', async () => {
    const leadId = await qualified();
    await sell(leadId, uuidv7());
    const [validated, , sold] = await heardOf(leadId);
    expect(await entityOf(eventOf(validated as EventMessage) ?? '', operator)).toMatchObject({
      fromStatus: 'RECEIVED',
      toStatus: 'VALIDATED',
      lead: { status: 'SOLD' },
    });
    expect(await entityOf(eventOf(sold as EventMessage) ?? '', operator)).toMatchObject({
      fromStatus: 'QUALIFIED',
      toStatus: 'SOLD',
      reason: 'sale 1 of 3',
      data: { priceCents: 4_200 },
    });
  });

  it('is there for whoever may ask for the lead, and for nobody else', async () => {
    const leadId = await qualified();
    const buyer = agent(uuidv7());
    await sell(leadId, buyer.sub);
    const id = eventOf((await heardOf(leadId)).at(-1) as EventMessage) ?? '';
    for (const identity of [operator, clerk, frontend, acme, buyer]) {
      expect(await entityOf(id, identity)).toMatchObject({ toStatus: 'SOLD' });
    }
    const nobody = [anonymous, rival, agent(uuidv7()), agent('acme'), { ...acme, sub: buyer.sub }];
    for (const identity of nobody) expect(await entityOf(id, identity)).toBeNull();
    for (const unknown of [`${leadId}:99`, `${uuidv7()}:1`, leadId, 'x:1', ':', '']) {
      expect(await entityOf(unknown, operator)).toBeNull();
    }
  });

  it('says who did it and why to operators, and not who else had a part to the others', async () => {
    const leadId = await qualified();
    const buyer = agent(uuidv7());
    await sell(leadId, buyer.sub);
    const id = eventOf((await heardOf(leadId)).at(-1) as EventMessage) ?? '';
    expect(await entityOf(id, acme)).toMatchObject({ reason: 'sale 1 of 3' });
    const refused: [Identity, string, object][] = [
      [acme, 'data actor { sub }', { data: null, actor: { sub: null } }],
      [buyer, 'reason data actor { sub }', { reason: null, data: null, actor: { sub: null } }],
    ];
    for (const [identity, fields, nothing] of refused) {
      const { data, errors } = await askFor(id, identity, fields);
      expect(data._entities[0]).toEqual(nothing);
      expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['FORBIDDEN']));
    }
  });

  it('comes into being for an agent with its purchase and goes with it', async () => {
    const leadId = await qualified();
    const late = agent(uuidv7());
    const before = eventOf((await heardOf(leadId)).at(-1) as EventMessage) ?? '';
    expect(await entityOf(before, late)).toBeNull();
    await sell(leadId, late.sub);
    expect(await entityOf(before, late)).toMatchObject({ toStatus: 'QUALIFIED', lead: { contact: { masked: false } } });
  });
});

describe('the messages of a lead', () => {
  it('have what they are filtered by, whatever happened', async () => {
    const rejected = (await create(leads, submission(sourceId, { address: { state: 'XX', zip: '00000' } }))).lead.id;
    const leadId = await qualified();
    await sell(leadId, uuidv7());
    await leads.query('mutation ($id: ID!) { eraseLead(leadId: $id, reason: "r") { id } }', { id: leadId }, operator);
    const messages = await heardOf(leadId);
    expect(messages.map(({ kind }) => kind)).toEqual(['VALIDATED', 'QUALIFIED', 'SOLD', 'ERASED']);
    for (const { payload } of messages) {
      expect(payload).toMatchObject({ lead: { line: 'AUTO', state: 'IL', sourceId, isTest: false } });
    }
    const [refused] = await heardOf(rejected);
    expect(refused).toMatchObject({ kind: 'REJECTED', payload: { lead: { line: 'AUTO', state: null, sourceId } } });
  });

  it('name the step that they are about; what is said again is about none', async () => {
    const leadId = await qualified();
    const agentId = uuidv7();
    const offerId = await sell(leadId, agentId);
    await sell(leadId, agentId, offerId);
    const messages = await heardOf(leadId);
    expect(messages.map(eventOf)).toEqual([`${leadId}:2`, `${leadId}:3`, `${leadId}:4`, undefined]);
  });
});

it('subscriptions are the gateway’s: asked itself, the subgraph says so', async () => {
  for (const field of ['leads', 'leadChanged(id: "x")']) {
    const { errors } = await leads.query(`subscription { ${field} { kind } }`, {}, operator);
    expect(errors?.[0]?.extensions.code).toBe('SUBSCRIBE_AT_GATEWAY');
  }
});
