import { ManualClock, uuidv7 } from '@leadgraph/kit';
import type { TestSubgraph } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemCodes } from '../src/validation/problem.js';
import {
  acme,
  agent,
  CREATE,
  consent,
  create,
  frontend,
  makeSource,
  operator,
  phoneNumber,
  rival,
  startLeads,
  submission,
} from './leadsFixture.js';

const clock = new ManualClock(new Date());
let leads: TestSubgraph;
let sourceId: string;
beforeAll(async () => {
  leads = await startLeads({ clock });
  sourceId = await makeSource(leads);
});
afterAll(() => leads.stop());

const tables = [
  'lead',
  'lead_event',
  'consent',
  'contact_claim',
  'household',
  'lead_external_id',
  'recent_payload',
  'idempotency_key',
  'source_day',
  'outbox',
];

/** How many rows each table has. */
async function traces(): Promise<Record<string, number>> {
  const [row] = await leads.database.db.query(
    `SELECT ${tables.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`).join(', ')}`,
  );
  return row;
}

const good = submission('', {});
const contact = good.contact as Record<string, unknown>;

/** One flaw for each code, on an AUTO lead but where the code needs another line. */
const flaws: Record<string, { changes: Record<string, unknown>; field: string }> = {
  PHONE_INVALID: { changes: { contact: { ...contact, phone: '12' } }, field: 'contact.phone' },
  PHONE_NOT_US: { changes: { contact: { ...contact, phone: '+44 20 7946 0958' } }, field: 'contact.phone' },
  PHONE_TOLL_FREE: { changes: { contact: { ...contact, phone: '800 867 5309' } }, field: 'contact.phone' },
  PHONE_FICTIONAL: { changes: { contact: { ...contact, phone: '312 555 0147' } }, field: 'contact.phone' },
  EMAIL_INVALID: { changes: { contact: { ...contact, email: 'jane@' } }, field: 'contact.email' },
  EMAIL_DISPOSABLE: { changes: { contact: { ...contact, email: 'jane@mailinator.com' } }, field: 'contact.email' },
  ZIP_UNKNOWN: { changes: { address: { state: 'IL', zip: '00000' } }, field: 'address.zip' },
  ZIP_STATE_MISMATCH: { changes: { address: { state: 'WI', zip: '60601' } }, field: 'address.state' },
  AGE_UNDER_18: { changes: { contact: { ...contact, dateOfBirth: '2020-01-01' } }, field: 'contact.dateOfBirth' },
  VIN_INVALID: {
    changes: { details: { auto: { vehicles: [{ vin: '1M8GDM9A1KP042788' }] } } },
    field: 'details.auto.vehicles.0.vin',
  },
  DETAILS_LINE_MISMATCH: { changes: { details: { home: { yearBuilt: 1990 } } }, field: 'details' },
  CONSENT_MISSING: { changes: { consent: null }, field: 'consent' },
  CONSENT_CERTIFICATE_INVALID: {
    changes: { consent: consent({ certificateRef: 'https://example.com/cert' }) },
    field: 'consent.certificateRef',
  },
};

describe('a submission that fails validation', () => {
  it.each(problemCodes)('%s is answered with the field and what to do, and kept without the person', async (code) => {
    const flaw = flaws[code];
    if (!flaw) throw new Error(`no example for ${code}`);
    const { lead, problems, replayed } = await create(leads, submission(sourceId, flaw.changes));
    expect(problems).toEqual([{ code, field: flaw.field, message: expect.stringMatching(/^[A-Z].{15,}\.$/) }]);
    expect(lead.status).toBe('REJECTED');
    expect(replayed).toBe(false);

    const [row] = await leads.database.db.query('SELECT * FROM lead WHERE id = $1', [lead.id]);
    expect(row).toMatchObject({ sealed: null, wrapped_key: null, key_id: null, details: null, city: null });
    expect(row.phone_hash ?? row.email_hash).toBeInstanceOf(Buffer);
    expect(await leads.database.db.query('SELECT 1 FROM consent WHERE lead_id = $1', [lead.id])).toEqual([]);
    expect(await leads.database.db.query('SELECT 1 FROM contact_claim WHERE lead_id = $1', [lead.id])).toEqual([]);
    const announced = (await leads.outbox()).filter(({ entities }) => entities[0]?.key === lead.id);
    expect(announced.map(({ type, payload }) => [type, payload])).toEqual([
      ['leads.lead.rejected', { leadId: lead.id, codes: [code], lead: expect.objectContaining({ sourceId }) }],
    ]);
  });

  it('shows its problems to whoever reads the lead later', async () => {
    const { lead } = await create(leads, submission(sourceId, { consent: null }));
    const { data } = await leads.query(
      'query ($id: ID!) { lead(id: $id) { status problems { code } contact { firstName } details { __typename } consent { text } } }',
      { id: lead.id },
      acme,
    );
    expect(data.lead).toEqual({
      status: 'REJECTED',
      problems: [{ code: 'CONSENT_MISSING' }],
      contact: null,
      details: null,
      consent: null,
    });
  });
});

describe('a request that is malformed or not allowed', () => {
  const unknown = uuidv7();
  it.each([
    ['an unknown source', () => submission(unknown), acme, 'NOT_FOUND'],
    ['a source id that is none', () => submission('nonsense'), acme, 'BAD_USER_INPUT'],
    ["another partner's source", () => submission(sourceId), rival, 'NOT_FOUND'],
    [
      'an oversized name',
      () => submission(sourceId, { contact: { firstName: 'x'.repeat(101) } }),
      acme,
      'BAD_USER_INPUT',
    ],
    ['a wrong type', () => submission(sourceId, { maxSales: 'many' }), acme, 'BAD_USER_INPUT'],
    ['an unknown line', () => submission(sourceId, { line: 'BOAT' }), acme, 'BAD_USER_INPUT'],
    ['an unknown field', () => submission(sourceId, { colour: 'red' }), acme, 'BAD_USER_INPUT'],
    [
      'a birthday that never was',
      () => submission(sourceId, { contact: { dateOfBirth: '1985-02-30' } }),
      acme,
      'BAD_USER_INPUT',
    ],
    ['an agent', () => submission(sourceId), agent(uuidv7()), 'FORBIDDEN'],
    ['nobody', () => submission(sourceId), undefined, 'UNAUTHENTICATED'],
  ])('%s gets an error with a code and leaves no trace', async (_, input, identity, code) => {
    const before = await traces();
    const { data, errors } = await leads.query(CREATE, { input: input() }, identity);
    expect(data?.createLead ?? null).toBeNull();
    expect(errors?.[0]?.extensions.code).toBe(code);
    expect(errors?.[0]?.message.length).toBeGreaterThan(15);
    expect(await traces()).toEqual(before);
  });
});

describe('idempotent creation', () => {
  it('replays the first answer for the same key and body, and refuses the key with another body', async () => {
    const input = submission(sourceId, { idempotencyKey: uuidv7() });
    const first = await create(leads, input);
    clock.advance(3_600_000);
    const again = await create(leads, input);
    expect(again).toMatchObject({ replayed: true, lead: { id: first.lead.id } });

    const before = await traces();
    const { errors } = await leads.query(CREATE, { input: { ...input, maxSales: 1 } }, acme);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', field: 'idempotencyKey' });
    expect(await traces()).toEqual(before);
  });

  it('keeps keys of different callers apart', async () => {
    const idempotencyKey = uuidv7();
    const first = await create(leads, submission(sourceId, { idempotencyKey }));
    const other = await create(leads, submission(sourceId, { idempotencyKey }), operator);
    expect(other).toMatchObject({ replayed: false, lead: { status: 'VALIDATED' } });
    expect(other.lead.id).not.toBe(first.lead.id);
  });

  it('replays a rejection with its problems', async () => {
    const input = submission(sourceId, { idempotencyKey: uuidv7(), consent: null });
    const first = await create(leads, input);
    expect(await create(leads, input)).toEqual({ ...first, replayed: true });
  });

  it('replays for the same source and external id, whatever else is said', async () => {
    const externalId = uuidv7();
    const first = await create(leads, submission(sourceId, { externalId }));
    const again = await create(leads, submission(sourceId, { externalId, line: 'HOME', details: { home: {} } }));
    expect(again).toMatchObject({ replayed: true, lead: { id: first.lead.id } });
    const elsewhere = await create(leads, submission(await makeSource(leads), { externalId }));
    expect(elsewhere.replayed).toBe(false);
  });

  it('replays an identical payload within 60 s, and takes it as a duplicate after that', async () => {
    const input = submission(sourceId);
    const first = await create(leads, input);
    clock.advance(59_000);
    expect(await create(leads, input)).toMatchObject({ replayed: true, lead: { id: first.lead.id } });
    clock.advance(2_000);
    expect(await create(leads, input)).toMatchObject({
      replayed: false,
      lead: { status: 'DUPLICATE' },
      duplicateOf: { id: first.lead.id },
    });
  });

  it.each([
    ['idempotency key', () => ({ idempotencyKey: uuidv7() })],
    ['external id', () => ({ externalId: uuidv7() })],
    ['payload', () => ({})],
  ])('makes one lead of eight submissions with the same %s at the same time', async (_, extra) => {
    const input = submission(sourceId, extra());
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(leads, input)));
    expect(new Set(answers.map(({ lead }) => lead.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(answers.every(({ lead }) => lead.status === 'VALIDATED')).toBe(true);
  });
});

describe('duplicates', () => {
  const withContact = (changes: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    submission(sourceId, { contact: { lastName: uuidv7(), ...changes }, ...more });
  let used = 500_000;
  const phone = () => {
    used += 1;
    return phoneNumber(used);
  };

  it.each([
    ['phone', () => ({ phone: phone() })],
    ['email', () => ({ email: `${uuidv7()}@example.com` })],
  ])('are found by %s, within the line and 30 days', async (_, same) => {
    const person = same();
    const first = await create(leads, withContact(person));
    clock.advance(29 * 86_400_000);
    expect(await create(leads, withContact(person))).toMatchObject({
      lead: { status: 'DUPLICATE' },
      duplicateOf: { id: first.lead.id },
      problems: [],
    });
    expect((await create(leads, withContact(person, { line: 'HOME', details: { home: {} } }))).lead.status).toBe(
      'VALIDATED',
    );
    expect((await create(leads, withContact(person, { isTest: true }))).lead.status).toBe('VALIDATED');
    clock.advance(2 * 86_400_000);
    const later = await create(leads, withContact(person));
    expect(later).toMatchObject({ lead: { status: 'VALIDATED' }, duplicateOf: null });
    expect((await create(leads, withContact(person))).duplicateOf).toEqual({ id: later.lead.id });
  });

  it('never match by empty fields', async () => {
    await create(leads, withContact({ phone: phone() }));
    expect((await create(leads, withContact({ phone: phone(), email: '' }))).lead.status).toBe('VALIDATED');
    expect((await create(leads, withContact({ email: `${uuidv7()}@example.com` }))).lead.status).toBe('VALIDATED');
  });

  it('are not made by rejected leads and by other duplicates', async () => {
    const [a, b] = [phone(), `${uuidv7()}@example.com`];
    await create(leads, withContact({ phone: a }, { consent: null }));
    const first = await create(leads, withContact({ phone: a }));
    expect(first.lead.status).toBe('VALIDATED');
    // a duplicate by phone brings an email along, which stays free
    expect((await create(leads, withContact({ phone: a, email: b }))).duplicateOf).toEqual({ id: first.lead.id });
    expect((await create(leads, withContact({ email: b }))).lead.status).toBe('VALIDATED');
  });

  it('are safe when many arrive at the same time', async () => {
    const [sharedPhone, sharedEmail] = [phone(), `${uuidv7()}@example.com`];
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        create(
          leads,
          withContact(
            index % 3 === 0
              ? { phone: sharedPhone, email: sharedEmail }
              : index % 3 === 1
                ? { phone: sharedPhone }
                : { email: sharedEmail },
          ),
        ),
      ),
    );
    const valid = answers.filter(({ lead }) => lead.status === 'VALIDATED').map(({ lead }) => lead.id);
    const originals = new Set(answers.flatMap(({ duplicateOf }) => duplicateOf?.id ?? []));
    expect(valid.length).toBeGreaterThanOrEqual(1);
    // one by phone alone and one by email alone may both be first; whoever has both is then a duplicate of one of them
    expect(valid.length).toBeLessThanOrEqual(2);
    expect([...originals].every((id) => valid.includes(id))).toBe(true);
    expect(answers.every(({ lead }) => ['VALIDATED', 'DUPLICATE'].includes(lead.status))).toBe(true);
  });

  it("are not told to a partner when the original is another partner's", async () => {
    const person = { phone: phone() };
    await create(leads, withContact(person));
    const theirs = await makeSource(leads, { partner: 'rival' });
    expect(await create(leads, { ...withContact(person), sourceId: theirs }, rival)).toMatchObject({
      lead: { status: 'DUPLICATE' },
      duplicateOf: null,
    });
  });

  it('know a household softly, by last name and address', async () => {
    const address = { street: '5 Oak Street', city: 'Chicago', state: 'IL', zip: '60601' };
    const one = await create(leads, withContact({ lastName: 'Haus', phone: phone() }, { address }));
    const two = await create(
      leads,
      withContact({ lastName: 'HAUS', phone: phone() }, { address: { ...address, street: '5 Oak St.' } }),
    );
    expect(two.lead.status).toBe('VALIDATED');
    const { data } = await leads.query(
      'query ($id: ID!) { lead(id: $id) { household { id } } }',
      { id: two.lead.id },
      frontend,
    );
    expect(data.lead.household).toEqual([{ id: one.lead.id }]);
  });
});

describe("a source's daily cap", () => {
  it('stops at the cap, counts only what was taken, leaves no trace, and begins anew the next day', async () => {
    const capped = await makeSource(leads, { dailyCap: 2 });
    await create(leads, submission(capped, { consent: null }));
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => leads.query(CREATE, { input: submission(capped) }, acme)),
    );
    const refused = answers.flatMap(({ errors }) => errors ?? []);
    expect(answers.filter(({ data }) => data?.createLead?.lead.status === 'VALIDATED')).toHaveLength(2);
    expect(refused.map(({ extensions }) => extensions.code)).toEqual(Array(3).fill('SOURCE_DAILY_CAP_REACHED'));
    const before = await traces();
    const input = submission(capped, { idempotencyKey: uuidv7(), externalId: uuidv7() });
    expect((await leads.query(CREATE, { input }, acme)).errors).toHaveLength(1);
    expect(await traces()).toEqual(before);
    clock.advance(86_400_000);
    expect((await create(leads, input)).lead.status).toBe('VALIDATED');
  });
});
