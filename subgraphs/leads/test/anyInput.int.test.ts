import { uuidv7 } from '@leadgraph/kit';
import type { TestSubgraph } from '@leadgraph/kit/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CREATE, consent, makeSource, operator, startLeads, submission } from './leadsFixture.js';

// hundreds of requests, on a machine that may be busy with other tests
vi.setConfig({ testTimeout: 120_000 });

let leads: TestSubgraph;
let sourceId: string;
beforeAll(async () => {
  leads = await startLeads();
  sourceId = await makeSource(leads);
});
afterAll(() => leads.stop());

/** Text as nobody expects it: control characters, half surrogates, right-to-left, SQL, long runs. */
const text = fc.oneof(
  { weight: 20, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('', ' ', "'; DROP TABLE lead; --", '{"a":1}', '$1', '%s', '\u200b', '1e999', 'null'),
  },
  { weight: 1, arbitrary: fc.constantFrom('\0', '\ud800', 'a'.repeat(5_000)) },
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const number = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(0, 1, 2) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 2 ** 31 - 1) },
);

const input = fc.record({
  externalId: maybe(text),
  contact: fc.record({ firstName: maybe(text), lastName: maybe(text), email: maybe(text), phone: maybe(text) }),
  address: fc.record({
    street: maybe(text),
    city: maybe(text),
    state: fc.string({ maxLength: 5 }),
    zip: fc.oneof(fc.string({ maxLength: 12 }), fc.constant('60601')),
  }),
  details: fc.record({
    auto: maybe(
      fc.record({
        vehicles: maybe(
          fc.array(fc.record({ vin: maybe(text), make: maybe(text), year: maybe(number) }), { maxLength: 3 }),
        ),
        currentInsurer: maybe(text),
        monthsInsured: maybe(number),
      }),
    ),
    commercial: maybe(fc.record({ businessName: maybe(text), description: maybe(text), industry: maybe(text) })),
  }),
  consent: maybe(
    fc.record({
      text,
      pageUrl: maybe(text),
      ip: maybe(text),
      sellers: maybe(fc.array(text, { maxLength: 3 })),
      certificateRef: maybe(text),
    }),
  ),
  notes: maybe(text),
  language: fc.oneof({ weight: 20, arbitrary: fc.constantFrom('en', 'es-US') }, { weight: 1, arbitrary: text }),
  maxSales: fc.constantFrom(null, 1, 2, 5, 0),
  idempotencyKey: maybe(fc.oneof(text, fc.uuid())),
});

it('is answered or refused, never met with a fault of ours', async () => {
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(input, async (any) => {
      const { data, errors } = await leads.query(
        CREATE,
        { input: submission(sourceId, { ...any, consent: any.consent && consent(any.consent) }) },
        operator,
      );
      const code = errors?.[0]?.extensions.code ?? data.createLead.lead.status;
      outcomes.set(String(code), (outcomes.get(String(code)) ?? 0) + 1);
      expect(['VALIDATED', 'REJECTED', 'DUPLICATE', 'BAD_USER_INPUT', 'IDEMPOTENCY_KEY_REUSED']).toContain(code);
    }),
    { numRuns: 150 },
  );
  expect(outcomes.get('REJECTED')).toBeGreaterThan(5);
});

it('is taken as text wherever text may stand: one field at a time on a good lead', async () => {
  const field = fc.constantFrom(
    'firstName',
    'lastName',
    'street',
    'city',
    'currentInsurer',
    'notes',
    'externalId',
    'pageUrl',
    'consentText',
  );
  await fc.assert(
    fc.asyncProperty(field, text, async (name, value) => {
      const good = submission(sourceId) as { contact: object; address: object };
      const changed: Record<string, unknown> = { ...good };
      if (name === 'firstName' || name === 'lastName') changed.contact = { ...good.contact, [name]: value };
      else if (name === 'street' || name === 'city') changed.address = { ...good.address, [name]: value };
      else if (name === 'currentInsurer') changed.details = { auto: { currentInsurer: value } };
      else if (name === 'pageUrl') changed.consent = consent({ pageUrl: value });
      else if (name === 'consentText') changed.consent = consent({ text: value });
      else changed[name] = value;
      const { data, errors } = await leads.query(CREATE, { input: changed }, operator);
      const code = errors?.[0]?.extensions.code ?? data.createLead.lead.status;
      expect(['VALIDATED', 'BAD_USER_INPUT', 'REJECTED', 'DUPLICATE']).toContain(code);
      if (code !== 'VALIDATED') return;
      const read = await leads.query(
        'query ($id: ID!) { lead(id: $id) { contact { firstName lastName } address { street city } notes consent { text pageUrl } externalId } }',
        { id: data.createLead.lead.id },
        operator,
      );
      expect(read.errors).toBeUndefined();
      if (name === 'firstName') expect(read.data.lead.contact.firstName).toBe(value.trim() || null);
      if (name === 'notes') expect(read.data.lead.notes).toBe(value.trim() || null);
    }),
    { numRuns: 80 },
  );
});

it('as arguments of the other operations is refused with a code', async () => {
  const operations = [
    'query ($t: ID!) { lead(id: $t) { id } }',
    'mutation ($t: ID!) { revokeConsent(leadId: $t, reason: "r") { id } }',
    'mutation ($t: ID!) { eraseLead(leadId: $t, reason: "r") { id } }',
    'mutation ($t: ID!) { reviewLead(leadId: $t, decision: QUALIFIED, reason: "r") { id } }',
    'mutation ($t: ID!) { updateSource(id: $t, input: { dailyCap: 1 }) { id } }',
  ];
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom(...operations), async (t, operation) => {
      expect((await leads.query(operation, { t }, operator)).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    }),
    { numRuns: 40 },
  );
  await fc.assert(
    fc.asyncProperty(text, async (t) => {
      const list = await leads.query(
        'query ($t: String!) { leads(filter: { state: [$t], phone: $t, email: $t }) { edges { node { id } } } sources(name: $t) { edges { node { id } } } }',
        { t },
        operator,
      );
      expect([undefined, 'BAD_USER_INPUT']).toContain(list.errors?.[0]?.extensions.code);
      const { errors } = await leads.query(
        'mutation ($t: String!, $id: ID!) { revokeConsent(leadId: $id, reason: $t) { id } }',
        { t, id: uuidv7() },
        operator,
      );
      expect(['NOT_FOUND', 'BAD_USER_INPUT']).toContain(errors?.[0]?.extensions.code);
    }),
    { numRuns: 40 },
  );
});
