import { createSecretKey, randomBytes } from 'node:crypto';
import { type Identity, uuidv7 } from '@leadgraph/kit';
import type { TestSubgraph } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMasterKeys } from '../src/privacy/masterKeys.js';
import { openPerson } from '../src/privacy/person.js';
import { SealBroken } from '../src/privacy/seal.js';
import { Vault } from '../src/privacy/vault.js';
import { LeadRow } from '../src/store/leadTable.js';
import { rewrapKeysSweeper } from '../src/sweepers/rewrapKeys.js';
import { acme, create, makeSource, operator, startLeads, submission } from './leadsFixture.js';

const firstKey = randomBytes(32).toString('base64');
let leads: TestSubgraph;
let sourceId: string;
beforeAll(async () => {
  leads = await startLeads({ masterKeys: readMasterKeys(firstKey) });
  sourceId = await makeSource(leads);
});
afterAll(() => leads.stop());

const secrets = {
  firstName: 'Wilhelmina',
  lastName: 'Xanthopoulos',
  email: 'wilhelmina.x@sekret-mail.org',
  phone: '(312) 867-4213',
  dateOfBirth: '1961-07-19',
};
/** Pieces of the person in every form in which they could be written down. */
const pieces = [
  'Wilhelmina',
  'Xanthopoulos',
  'sekret-mail',
  '8674213',
  '867-4213',
  '1961-07-19',
  'Quiet Harbor',
  '1M8GDM9AXKP042788',
  'XKP042788',
  '198.51.100.7',
  'TestBrowser',
  'email=jane',
];

const personal = (changes: Record<string, unknown> = {}) =>
  submission(sourceId, {
    contact: secrets,
    address: { street: '4 Quiet Harbor Lane', city: 'Chicago', state: 'IL', zip: '60601' },
    details: {
      auto: {
        vehicles: [{ vin: '1M8GDM9AXKP042788', make: 'Wilhelmina Special' }],
        currentInsurer: 'Call Xanthopoulos 312-867-4213',
      },
    },
    notes: 'Wilhelmina is allergic to brokers, 4 Quiet Harbor Lane',
    ...changes,
  });

/** Every row of every table as text, as a dump would have it; binary columns also as the bytes they are. */
async function dump(): Promise<string> {
  const { db } = leads.database;
  const tables: { name: string }[] = await db.query(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = current_schema()`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const rows: Record<string, unknown>[] = await db.query(`SELECT * FROM ${name}`);
      const bytes = rows.flatMap((row) => Object.values(row).filter(Buffer.isBuffer));
      return JSON.stringify(rows) + bytes.map((value) => value.toString('latin1')).join('\n');
    }),
  );
  return texts.join('\n').toLowerCase();
}

async function expectNoTrace(): Promise<void> {
  const everything = await dump();
  expect(everything).toContain('chicago'); // what may be kept is there, so the others would be seen
  for (const piece of pieces) expect(everything, piece).not.toContain(piece.toLowerCase());
}

const row = (id: string) => leads.database.db.getRepository(LeadRow).findOneByOrFail({ id });
const read = (id: string, identity: Identity = operator) =>
  leads.query(
    'query ($id: ID!) { lead(id: $id) { status contact { firstName phone } notes consent { text ip } } }',
    { id },
    identity,
  );

describe('the store', () => {
  it('holds no plaintext of a person, whatever became of the submission', async () => {
    const accepted = await create(leads, personal({ idempotencyKey: uuidv7(), maxSales: 2 }));
    const duplicate = await create(leads, personal({ maxSales: 3 }));
    const rejected = await create(leads, personal({ consent: null }));
    expect([accepted, duplicate, rejected].map(({ lead }) => lead.status)).toEqual([
      'VALIDATED',
      'DUPLICATE',
      'REJECTED',
    ]);
    await leads.deliver('ai.qualification.completed', {
      leadId: accepted.lead.id,
      qualificationId: uuidv7(),
      score: 90,
      tier: 'HOT',
      decision: 'QUALIFIED',
      engine: 'LLM',
      reasonCodes: [],
    });
    await leads.query(
      'mutation ($input: SuppressInput!) { suppress(input: $input) { id } }',
      { input: { email: secrets.email, channels: ['EMAIL'], reason: `asked by Mail ${secrets.email}` } },
      operator,
    );
    await expectNoTrace();
    expect((await read(accepted.lead.id)).data.lead).toMatchObject({
      contact: { firstName: 'Wilhelmina', phone: '+13128674213' },
      notes: 'Wilhelmina is allergic to brokers, 4 Quiet Harbor Lane',
    });
  });

  it('tells in events only what may be known', async () => {
    const events = JSON.stringify(await leads.outbox());
    for (const piece of pieces) expect(events, piece).not.toContain(piece);
    const [validated] = await leads.outbox('leads.lead.validated');
    expect(validated?.payload).toMatchObject({
      lead: { ageBand: '65_PLUS', notes: '[name] is allergic to brokers, [address]' },
    });
  });

  it("keeps each lead under a key of its own, which opens nothing else and belongs to the lead's id", async () => {
    const vault = new Vault(readMasterKeys(firstKey));
    const [one, two] = await Promise.all(
      [await create(leads, submission(sourceId)), await create(leads, submission(sourceId))].map(({ lead }) =>
        row(lead.id),
      ),
    );
    if (!one || !two) throw new Error('two leads were made');
    expect(vault.open(one)?.contact.firstName).toBe('Jane');
    expect(one.wrappedKey).not.toEqual(two.wrappedKey);
    expect(() => vault.open({ ...one, wrappedKey: two.wrappedKey })).toThrow(SealBroken);
    expect(() => vault.open({ ...one, sealed: two.sealed })).toThrow(SealBroken);
    expect(() => openPerson(createSecretKey(randomBytes(32)), one.id, one.sealed ?? Buffer.alloc(0))).toThrow(
      SealBroken,
    );
  });
});

describe('erasing a lead', () => {
  const ERASE =
    'mutation ($id: ID!) { eraseLead(leadId: $id, reason: "right to erasure") { id status version contact { firstName } notes } }';

  it('takes away the key, the hashes and the claims, and says so to the others once', async () => {
    const input = submission(sourceId, { externalId: uuidv7() });
    const { lead } = await create(leads, input);
    const { data } = await leads.query(ERASE, { id: lead.id }, operator);
    expect(data.eraseLead).toMatchObject({ status: 'ERASED', contact: null, notes: null });
    expect(await row(lead.id)).toMatchObject({
      sealed: null,
      wrappedKey: null,
      keyId: null,
      phoneHash: null,
      emailHash: null,
      externalId: null,
      householdId: null,
    });
    for (const table of ['contact_claim', 'recent_payload', 'lead_external_id']) {
      expect(await leads.database.db.query(`SELECT 1 FROM ${table} WHERE lead_id = $1`, [lead.id])).toEqual([]);
    }
    await leads.query(ERASE, { id: lead.id }, operator);
    const announced = (await leads.outbox('leads.lead.withdrawn')).filter(
      ({ entities }) => entities[0]?.key === lead.id,
    );
    expect(announced.map(({ payload }) => payload)).toEqual([
      { leadId: lead.id, reason: 'ERASED', lead: { line: 'AUTO', state: 'IL', sourceId, isTest: false } },
    ]);
    // the person may come again, and is nobody's duplicate
    expect(await create(leads, input)).toMatchObject({ replayed: false, lead: { status: 'VALIDATED' } });
  });

  it('keeps suppressions: who asked not to be called stays so', async () => {
    const phone = '+13128674299';
    const { lead } = await create(leads, submission(sourceId, { contact: { phone } }));
    await leads.query(
      'mutation ($input: SuppressInput!) { suppress(input: $input) { id } }',
      { input: { phone, channels: ['PHONE'], reason: 'STOP' } },
      operator,
    );
    await leads.query(ERASE, { id: lead.id }, operator);
    await create(leads, submission(sourceId, { contact: { phone, email: 'again@example.com' } }));
    expect((await leads.outbox('leads.lead.validated')).at(-1)?.payload).toMatchObject({
      lead: { suppressedChannels: ['PHONE'] },
    });
  });
});

describe('a suppression', () => {
  const SUPPRESS = 'mutation ($input: SuppressInput!) { suppress(input: $input) { id channel reason } }';
  const suppress = (input: Record<string, unknown>) =>
    leads.query(SUPPRESS, { input: { reason: 'STOP', ...input } }, operator);

  it('withdraws leads for sale that cannot be reached any more, and leaves the others', async () => {
    const [phone, other] = ['+13128674401', '+13128674402'];
    const ids: Record<string, string> = {};
    for (const [name, contact] of Object.entries({
      phoneOnly: { phone },
      both: { phone: other, email: 'both@example.com' },
    })) {
      ids[name] = (await create(leads, submission(sourceId, { contact }))).lead.id;
    }
    await suppress({ phone, channels: ['PHONE'] });
    expect((await row(ids.phoneOnly ?? '')).status).toBe('VALIDATED'); // SMS is left
    await suppress({ phone, channels: ['SMS'] });
    expect((await row(ids.phoneOnly ?? '')).status).toBe('WITHDRAWN');
    await suppress({ phone: other, channels: ['PHONE', 'SMS'] });
    expect((await row(ids.both ?? '')).status).toBe('VALIDATED'); // the email is left
  });

  it('is kept once and answers the first one when asked for again', async () => {
    const first = await suppress({ email: 'once@example.com', channels: ['EMAIL'] });
    const again = await suppress({ email: 'ONCE@example.com', channels: ['EMAIL', 'EMAIL'], reason: 'other' });
    expect(again.data.suppress).toEqual(first.data.suppress);
  });

  it.each([
    ['a channel without what it needs', { email: 'a@example.com', channels: ['SMS'] }, 'phone'],
    ['no channel', { email: 'a@example.com', channels: [] }, 'channels'],
    ['no reason', { email: 'a@example.com', channels: ['EMAIL'], reason: ' ' }, 'reason'],
  ])('is refused with %s', async (_, input, field) => {
    expect((await suppress(input)).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });
});

describe('revoking the consent', () => {
  it('withdraws the lead once and dates the consent', async () => {
    const { lead } = await create(leads, submission(sourceId));
    const REVOKE =
      'mutation ($id: ID!) { revokeConsent(leadId: $id, reason: "called us") { version status consent { revokedAt } } }';
    const first = (await leads.query(REVOKE, { id: lead.id }, acme)).data.revokeConsent;
    expect(first).toMatchObject({ status: 'WITHDRAWN', version: 3, consent: { revokedAt: expect.any(String) } });
    const again = await leads.query(REVOKE, { id: lead.id }, acme);
    expect(again.data.revokeConsent).toEqual(first);
    expect(again.extensions).toMatchObject({ changed: [{ __typename: 'Lead', key: lead.id, version: 3 }] });
    const announced = (await leads.outbox('leads.lead.withdrawn')).filter(
      ({ entities }) => entities[0]?.key === lead.id,
    );
    expect(announced).toHaveLength(1);
  });

  it('of an erased or unknown lead is refused', async () => {
    const { lead } = await create(leads, submission(sourceId));
    await leads.query('mutation ($id: ID!) { eraseLead(leadId: $id, reason: "r") { id } }', { id: lead.id }, operator);
    const revoke = async (id: string) =>
      (await leads.query('mutation ($id: ID!) { revokeConsent(leadId: $id, reason: "r") { id } }', { id }, operator))
        .errors?.[0]?.extensions.code;
    expect(await revoke(lead.id)).toBe('CONFLICT');
    expect(await revoke(uuidv7())).toBe('NOT_FOUND');
  });
});

describe('a rotation of the master key', () => {
  it('keeps every lead readable and lets the old key go once all are wrapped anew', async () => {
    const { lead } = await create(leads, submission(sourceId));
    const version = (await row(lead.id)).version;
    const secondKey = randomBytes(32).toString('base64');
    const rotating = readMasterKeys(secondKey, [firstKey]);
    const { db, clock } = leads.running.tools;
    const said: unknown[] = [];
    const log = { info: (facts: unknown) => said.push(facts) };
    const tools = { clock, vault: new Vault(rotating) };
    const sweeper = rewrapKeysSweeper(db, tools as never, { everyMs: 1_000, log: log as never });
    while (await sweeper.run(new AbortController().signal)) {
      if (said.length > 0) break;
    }
    expect(said).toEqual([{ retired: [readMasterKeys(firstKey).current.id] }]);
    const [{ left }] = await db.query('SELECT count(*)::int AS left FROM lead WHERE key_id <> $1', [
      rotating.current.id,
    ]);
    expect(left).toBe(0);
    const onlyNew = new Vault(readMasterKeys(secondKey));
    expect(onlyNew.open(await row(lead.id))?.contact.firstName).toBe('Jane');
    expect((await row(lead.id)).version).toBe(version);
    const [service] = await db.query('SELECT key_id FROM service_key');
    expect(service.key_id).toBe(rotating.current.id);
  });
});
