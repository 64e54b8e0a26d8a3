import { type Identity, uuidv7 } from '@leadgraph/kit';
import type { TestSubgraph } from '@leadgraph/kit/testing';
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
let leadId: string;
const [buyerId, strangerId, offerId] = [uuidv7(), uuidv7(), uuidv7()];
const buyer = agent(buyerId);

beforeAll(async () => {
  leads = await startLeads();
  sourceId = await makeSource(leads);
  leadId = (
    await create(
      leads,
      submission(sourceId, {
        contact: {
          firstName: 'Josephine',
          lastName: 'Quimby',
          email: 'jo@quimby.org',
          phone: '312 867 5309',
          dateOfBirth: '1985-04-12',
        },
        address: { street: '77 Elm Terrace', city: 'Chicago', state: 'IL', zip: '60601' },
        notes: 'Josephine at 312-867-5309 wants two cars insured',
      }),
    )
  ).lead.id;
  await sell(leadId, buyerId, offerId);
});
afterAll(() => leads.stop());

async function sell(id: string, agentId: string, offer: string): Promise<void> {
  await leads.deliver('ai.qualification.completed', {
    leadId: id,
    qualificationId: uuidv7(),
    score: 82,
    tier: 'HOT',
    decision: 'QUALIFIED',
    engine: 'LLM',
    reasonCodes: [],
  });
  await capture(id, agentId, offer);
}

async function capture(id: string, agentId: string, offer: string): Promise<void> {
  await leads.deliver('payments.charge.captured', {
    leadId: id,
    agentId,
    offerId: offer,
    chargeId: uuidv7(),
    holdId: uuidv7(),
    quoteId: uuidv7(),
    priceCents: 4_200,
  });
}

const FIELDS = `
  contact { masked firstName lastName email phone dateOfBirth }
  address { street city zip }
  notes ageBand
  details { ... on AutoDetails { vehicles { vin year } } }
  consent { pageUrl text }
  source { name }`;

const open = {
  contact: {
    masked: false,
    firstName: 'Josephine',
    lastName: 'Quimby',
    email: 'jo@quimby.org',
    phone: '+13128675309',
    dateOfBirth: '1985-04-12',
  },
  address: { street: '77 Elm Terrace', city: 'Chicago', zip: '60601' },
  notes: 'Josephine at 312-867-5309 wants two cars insured',
  ageBand: 'FROM_35_TO_44',
  details: { vehicles: [{ vin: '1M8GDM9AXKP042788', year: 2020 }] },
};
const masked = {
  contact: {
    masked: true,
    firstName: 'J***',
    lastName: 'Q**',
    email: 'j***@***.org',
    phone: '***-***-5309',
    dateOfBirth: null,
  },
  address: { street: null, city: 'Chicago', zip: '60601' },
  notes: '[name] at [number] wants two cars insured',
  ageBand: 'FROM_35_TO_44',
  details: { vehicles: [{ vin: '1M8GDM9A*********', year: 2020 }] },
};

const read = (identity: Identity | undefined, id = leadId, fields = FIELDS) =>
  leads.query(`query ($id: ID!) { lead(id: $id) { ${fields} } }`, { id }, identity);
const reference = (identity: Identity | undefined, id = leadId, fields = FIELDS) =>
  leads.query(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Lead { ${fields} } } }`,
    { of: [{ __typename: 'Lead', id }] },
    identity,
  );

describe('the contact of a lead', () => {
  it.each([
    ['an operator with the scope', operator, open],
    ['an operator without it', clerk, masked],
    ['a frontend', frontend, masked],
    ['the partner it came from', acme, masked],
    ['its buyer', buyer, open],
  ])('is seen by %s as it should be', async (_, identity, expected) => {
    const { data, errors } = await read(identity);
    expect(errors).toBeUndefined();
    expect(data.lead).toMatchObject(expected);
  });

  it.each([
    ['an operator with the scope', operator, ['consent.pageUrl']],
    ['an operator without it', clerk, undefined],
    ['a frontend', frontend, undefined],
    ['the partner it came from', acme, undefined],
    ['its buyer', buyer, ['consent.pageUrl']],
  ])('is said to be disclosed to %s as far as it is', async (_, identity, more) => {
    const { extensions } = await read(identity);
    const fields = ['dateOfBirth', 'email', 'firstName', 'lastName', 'phone'].map((name) => `contact.${name}`);
    const all = more && ['address.street', ...fields, 'details.vehicles.vin', 'notes', ...more].sort();
    const disclosed = extensions?.disclosed as { __typename: string; key: string; fields: string[] }[] | undefined;
    expect(disclosed?.map(({ fields, ...of }) => ({ ...of, fields: fields.sort() }))).toEqual(
      all && [{ __typename: 'Lead', key: leadId, fields: all }],
    );
  });

  it('counts as disclosed only as far as it was asked for', async () => {
    const ask = async (fields: string) =>
      (await leads.query(`query ($id: ID!) { lead(id: $id) { ${fields} } }`, { id: leadId }, operator)).extensions;
    expect(await ask('id status ageBand contact { masked } address { city zip } consent { text }')).toBeUndefined();
    const consent = (await ask('consent { ip userAgent }'))?.disclosed as { fields: string[] }[];
    expect(consent.map(({ fields }) => fields.sort())).toEqual([['consent.ip', 'consent.userAgent']]);
    expect(await ask('contact { masked phone }')).toEqual({
      disclosed: [{ __typename: 'Lead', key: leadId, fields: ['contact.phone'] }],
    });
  });

  it('is masked for an agent that reaches the lead through an offer and did not buy it', async () => {
    const { data } = await reference(agent(strangerId));
    expect(data._entities[0]).toMatchObject(masked);
    expect((await reference(buyer)).data._entities[0]).toMatchObject(open);
  });

  it('is open to a buyer from the sale on, not before', async () => {
    const { lead } = await create(leads, submission(sourceId));
    const early = agent(uuidv7());
    expect((await reference(early, lead.id)).data._entities[0].contact.masked).toBe(true);
    await sell(lead.id, early.sub, uuidv7());
    expect((await reference(early, lead.id)).data._entities[0].contact.masked).toBe(false);
  });

  it('stays open to who bought before the consent was revoked, and is hidden from who was sold a place after that', async () => {
    const { lead } = await create(leads, submission(sourceId));
    const [before, after] = [uuidv7(), uuidv7()];
    await sell(lead.id, before, uuidv7());
    const { errors } = await leads.query(
      'mutation ($id: ID!) { revokeConsent(leadId: $id, reason: "asked for it") { status consent { revokedAt } } }',
      { id: lead.id },
      acme,
    );
    expect(errors).toBeUndefined();
    await capture(lead.id, after, uuidv7());
    expect((await read(agent(before), lead.id)).data.lead.contact.masked).toBe(false);
    expect((await read(agent(after), lead.id)).data.lead.contact.masked).toBe(true);
  });
});

describe('who may know of a lead', () => {
  it.each([
    ['another partner', rival],
    ['an agent that did not buy it', agent(strangerId)],
    ['an agent whose subject is no id', agent('somebody')],
  ])('not %s', async (_, identity) => {
    const { data, errors } = await read(identity);
    expect(data?.lead ?? null).toBeNull();
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    const list = await leads.query('{ leads { edges { node { id } } } }', {}, identity);
    expect(list.data.leads.edges).toEqual([]);
  });

  it('not even by reference, for another partner and for nobody', async () => {
    expect((await reference(rival)).data._entities).toEqual([null]);
    expect((await reference(undefined)).data._entities).toEqual([null]);
    expect((await read(undefined)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('lists to an agent what it bought and to a partner what it sent', async () => {
    const ids = async (identity: Identity) =>
      (await leads.query('{ leads(first: 100) { edges { node { id } } } }', {}, identity)).data.leads.edges.map(
        ({ node }: { node: { id: string } }) => node.id,
      );
    expect(await ids(buyer)).toEqual([leadId]);
    expect(await ids(acme)).toContain(leadId);
  });

  it.each(['no-id', '', uuidv7(), "' OR 1=1 --"])('answers NOT_FOUND for the id %j', async (id) => {
    expect((await read(operator, id)).errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', typename: 'Lead' });
    expect((await reference(operator, id)).data._entities).toEqual([null]);
  });
});

describe('what else a caller sees', () => {
  it('of the consent: ip and user agent for operators with the scope, the full page for those who see the contact', async () => {
    const fields = 'consent { ip userAgent pageUrl text }';
    expect((await read(operator, leadId, fields)).data.lead.consent).toEqual({
      ip: '198.51.100.7',
      userAgent: 'Mozilla/5.0 (TestBrowser)',
      pageUrl: 'https://quotes.example.com/start?email=jane',
      text: 'I agree to be called about insurance.',
    });
    for (const identity of [clerk, acme, frontend, buyer]) {
      const { data, errors } = await read(identity, leadId, fields);
      expect(data.lead.consent).toMatchObject({
        ip: null,
        userAgent: null,
        pageUrl: `https://quotes.example.com/start${identity === buyer ? '?email=jane' : ''}`,
      });
      expect(errors?.map(({ path }) => path?.at(-1)).sort()).toEqual(['ip', 'userAgent']);
    }
  });

  it('of the sales and prices: operators and frontends all, an agent its own, a partner none', async () => {
    const sale = [{ agent: { id: buyerId }, priceCents: 4_200 }];
    const fields = 'buyers { agent { id } priceCents }';
    expect((await read(operator, leadId, fields)).data.lead.buyers).toEqual(sale);
    expect((await read(buyer, leadId, fields)).data.lead.buyers).toEqual(sale);
    expect((await reference(agent(strangerId), leadId, fields)).data._entities[0].buyers).toEqual([]);
    await expectForbidden(acme, fields);
  });

  it("of the source: an agent not the partner's name and price", async () => {
    const fields = 'source { name partner pricing { cents } dailyCap }';
    const of = async (identity: Identity) => (await read(identity, leadId, fields)).data.lead.source;
    expect(await of(acme)).toMatchObject({ partner: 'acme', pricing: { cents: 500 } });
    expect(await of(frontend)).toMatchObject({ partner: 'acme', pricing: null });
    expect(await of(buyer)).toMatchObject({ name: expect.any(String), partner: null, pricing: null, dailyCap: null });
    await expectForbidden(buyer, fields);
  });

  it('of the timeline: who it was and the facts for operators only, nothing for agents', async () => {
    const fields = 'timeline { totalCount { value } edges { node { actor { kind sub } data } } }';
    const of = async (identity: Identity) => (await read(identity, leadId, fields)).data.lead.timeline;
    expect((await of(operator)).edges[1].node.actor).toEqual({ kind: 'PARTNER', sub: 'acme' });
    expect((await of(operator)).edges.at(-1).node.data).toMatchObject({ priceCents: 4_200 });
    expect((await of(frontend)).edges[1].node).toEqual({ actor: { kind: 'PARTNER', sub: null }, data: null });
    await expectForbidden(buyer, fields);
    await expectForbidden(buyer, 'household { id }');
    await expectForbidden(buyer, 'duplicateOf { id }');
  });

  async function expectForbidden(identity: Identity, fields: string): Promise<void> {
    const { errors } = await read(identity, leadId, fields);
    expect(errors?.length).toBeGreaterThan(0);
    for (const { extensions } of errors ?? []) expect(extensions.code).toBe('FORBIDDEN');
  }
});

describe('what only some may do', () => {
  const mutations: [string, string][] = [
    ['reviewLead', 'mutation ($id: ID!) { reviewLead(leadId: $id, decision: QUALIFIED, reason: "r") { id } }'],
    ['eraseLead', 'mutation ($id: ID!) { eraseLead(leadId: $id, reason: "r") { id } }'],
    ['suppress', 'mutation { suppress(input: { phone: "312 867 5309", channels: [PHONE], reason: "r" }) { id } }'],
    [
      'createSource',
      'mutation { createSource(input: { name: "n", partner: "acme", pricing: { type: FIXED, cents: 1 } }) { id } }',
    ],
    ['updateSource', 'mutation ($id: ID!) { updateSource(id: $id, input: { dailyCap: 1 }) { id } }'],
  ];
  it.each(mutations)('%s is for operators', async (_, mutation) => {
    for (const identity of [frontend, acme, buyer]) {
      const { errors } = await leads.query(mutation, mutation.includes('$id') ? { id: leadId } : {}, identity);
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
    const { errors } = await leads.query(mutation, mutation.includes('$id') ? { id: leadId } : {});
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('revokeConsent is for the partner whose lead it is', async () => {
    const revoke = 'mutation ($id: ID!) { revokeConsent(leadId: $id, reason: "r") { id } }';
    expect((await leads.query(revoke, { id: leadId }, rival)).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    expect((await leads.query(revoke, { id: leadId }, buyer)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});
