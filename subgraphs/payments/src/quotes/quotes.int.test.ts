import { type Identity, uuidv7 } from '@leadgraph/kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leadFacts, type PaymentsTestbed, startPayments } from '../../test/paymentsTestbed.js';

let payments: PaymentsTestbed;
beforeAll(async () => {
  payments = await startPayments();
});
afterAll(() => payments?.stop());

const QUOTE_LEAD = `mutation ($input: QuoteLeadInput!) { quoteLead(input: $input) {
  id mode kind priceCents currency ruleVersion createdAt expiresAt expired lead { id } breakdown { code reason basisPoints amountCents }
} }`;

const quotesOf = async (leadId: string) =>
  (await payments.events('payments.quote.created')).filter((event) => event.leadId === leadId);

describe('a qualified lead', () => {
  test('is priced for both modes, for 15 minutes', async () => {
    const { leadId, quotes } = await payments.lead();
    expect((await quotesOf(leadId)).map((quote) => quote.mode).sort()).toEqual(['EXCLUSIVE', 'SHARED']);
    expect(quotes.EXCLUSIVE.priceCents).toBe(Math.round(quotes.SHARED.priceCents * 2.5));
    expect(Date.parse(quotes.SHARED.expiresAt) - payments.clock.now().getTime()).toBe(900_000);
  });

  test('shows its quotes in the graph, the newest first', async () => {
    const { leadId, quotes } = await payments.lead();
    const document = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Lead { id quotes { id mode expired } } } }`;
    const unknown = uuidv7();
    const representations = [leadId, unknown].map((id) => ({ __typename: 'Lead', id }));
    const { _entities } = await payments.ok(document, { representations });
    expect(_entities[0].quotes.map((quote: { id: string }) => quote.id)).toEqual(
      [quotes.SHARED.quoteId, quotes.EXCLUSIVE.quoteId].sort().reverse(),
    );
    expect(_entities[1]).toEqual({ id: unknown, quotes: [] });
  });

  test('that is asked for quotes again gets the same ones while they are fresh, new ones when they are not', async () => {
    const { leadId } = await payments.lead();
    await payments.deliver('agents.quote.requested', { leadId });
    const ids = async () => (await quotesOf(leadId)).map((quote) => quote.quoteId);
    expect(new Set(await ids()).size).toBe(2);
    expect(await ids()).toHaveLength(4);
    payments.clock.advance(900_000);
    await payments.deliver('agents.quote.requested', { leadId });
    expect(new Set(await ids()).size).toBe(4);
  });

  test('that got older than a band is priced anew even when its quotes are fresh', async () => {
    const { leadId } = await payments.lead();
    payments.clock.advance(301_000);
    await payments.deliver('agents.quote.requested', { leadId });
    const shared = (await quotesOf(leadId)).filter((quote) => quote.mode === 'SHARED').map((quote) => quote.priceCents);
    expect(shared[1]).toBe(Math.round((shared[0] ?? 0) * 0.9));
  });

  test('is priced anew when its tier changes, and not when only its score does', async () => {
    const { leadId } = await payments.lead();
    await payments.deliver('leads.lead.rescored', { leadId, score: 75, tier: 'WARM' }, { version: 2 });
    expect(await quotesOf(leadId)).toHaveLength(2);
    await payments.deliver('leads.lead.rescored', { leadId, score: 90, tier: 'HOT' }, { version: 3 });
    const shared = (await quotesOf(leadId)).filter((quote) => quote.mode === 'SHARED').map((quote) => quote.priceCents);
    expect(shared[1]).toBe(Math.round((shared[0] ?? 0) * 1.3));
    await payments.deliver('leads.lead.rescored', { leadId, score: 10, tier: 'COLD' }, { version: 2 });
    expect(await quotesOf(leadId)).toHaveLength(4);
  });

  test('keeps its newest facts when an older event comes late', async () => {
    const facts = leadFacts({ state: 'FL' });
    await payments.deliver('leads.lead.qualified', { lead: facts, score: 90, tier: 'HOT' }, { version: 5 });
    await payments.deliver(
      'leads.lead.qualified',
      { lead: { ...facts, state: 'HI' }, score: 10, tier: 'COLD' },
      { version: 4 },
    );
    expect(new Set((await quotesOf(facts.leadId)).map((quote) => quote.quoteId)).size).toBe(2);
  });

  test('that was withdrawn is not priced any more', async () => {
    const { leadId } = await payments.lead();
    await payments.deliver('leads.lead.withdrawn', { leadId, reason: 'consent revoked' }, { version: 2 });
    payments.clock.advance(900_000);
    await payments.deliver('agents.quote.requested', { leadId });
    expect(await quotesOf(leadId)).toHaveLength(2);
    const input = { leadId, mode: 'SHARED', idempotencyKey: uuidv7() };
    expect(await payments.refusal(QUOTE_LEAD, { input })).toMatchObject({ code: 'LEAD_WITHDRAWN' });
  });
});

describe('quoteLead', () => {
  test('answers with a price and how it came about', async () => {
    const { leadId } = await payments.lead({ details: { vehicles: 2 }, sourceQuality: 0.8 });
    const input = { leadId, mode: 'EXCLUSIVE', idempotencyKey: uuidv7() };
    const { quoteLead } = await payments.ok(QUOTE_LEAD, { input });
    expect(quoteLead).toMatchObject({
      mode: 'EXCLUSIVE',
      kind: 'STANDARD',
      currency: 'USD',
      ruleVersion: '2026-11.1',
      expired: false,
      lead: { id: leadId },
    });
    const { breakdown } = quoteLead;
    expect(breakdown.map((line: { code: string; reason: string }) => `${line.code} ${line.reason}`)).toEqual([
      'BASE AUTO_TX',
      'EXCLUSIVITY EXCLUSIVE',
      'TIER WARM',
      'AGE UP_TO_5_MINUTES',
      'SOURCE PROVEN',
      'SURCHARGE SEVERAL_VEHICLES',
    ]);
    expect(breakdown.reduce((sum: number, line: { amountCents: number }) => sum + line.amountCents, 0)).toBe(
      quoteLead.priceCents,
    );
  });

  test('answers the same key with the first quote, and refuses it with another body', async () => {
    const { leadId } = await payments.lead();
    const input = { leadId, mode: 'SHARED', idempotencyKey: uuidv7() };
    const first = await payments.ok(QUOTE_LEAD, { input });
    payments.clock.advance(901_000);
    const again = await payments.ok(QUOTE_LEAD, { input });
    expect(again.quoteLead).toEqual({ ...first.quoteLead, expired: true });
    expect(await payments.refusal(QUOTE_LEAD, { input: { ...input, mode: 'EXCLUSIVE' } })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  test('for a lead that is not here yet can be retried, with the same key', async () => {
    const facts = leadFacts();
    const input = { leadId: facts.leadId, mode: 'SHARED', idempotencyKey: uuidv7() };
    expect(await payments.refusal(QUOTE_LEAD, { input })).toMatchObject({ code: 'LEAD_NOT_READY', retryable: true });
    await payments.deliver('leads.lead.qualified', { lead: facts, score: 70, tier: 'WARM' });
    expect((await payments.ok(QUOTE_LEAD, { input })).quoteLead.lead.id).toBe(facts.leadId);
  });

  test('refuses what is no id, an empty key, and whoever may not see prices', async () => {
    const { leadId } = await payments.lead();
    const input = { leadId, mode: 'SHARED', idempotencyKey: uuidv7() };
    const code = async (change: object, kind: 'OPERATOR' | 'PARTNER' | 'ANONYMOUS' = 'OPERATOR') =>
      (await payments.refusal(QUOTE_LEAD, { input: { ...input, ...change } }, { kind, sub: 'x', scopes: [] })).code;
    expect(await code({ leadId: '42' })).toBe('BAD_USER_INPUT');
    expect(await code({ idempotencyKey: ' ' })).toBe('BAD_USER_INPUT');
    expect(await code({ mode: 'BOTH' })).toBe('BAD_USER_INPUT');
    expect(await code({}, 'ANONYMOUS')).toBe('UNAUTHENTICATED');
    expect(await payments.refusal(`{ quote(id: "${uuidv7()}") { id } }`)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is for partners too, of the leads that they sent: of others they learn nothing, nor what was bid', async () => {
    const partner = (sub: string): Identity => ({ kind: 'PARTNER', sub, scopes: [] });
    const QUOTE = 'query ($id: ID!) { quote(id: $id) { id priceCents } }';
    const { leadId, quotes } = await payments.lead({ partner: 'acme' });
    const input = { leadId, mode: 'EXCLUSIVE', idempotencyKey: uuidv7() };
    const { quoteLead } = await payments.ok(QUOTE_LEAD, { input }, partner('acme'));
    expect(quoteLead.priceCents).toBe(quotes.EXCLUSIVE.priceCents);
    expect((await payments.ok(QUOTE, { id: quoteLead.id }, partner('acme'))).quote.id).toBe(quoteLead.id);

    const refusal = async (...args: Parameters<typeof payments.refusal>) => (await payments.refusal(...args)).code;
    expect(await refusal(QUOTE_LEAD, { input }, partner('rival'))).toBe('NOT_FOUND');
    expect(await refusal(QUOTE, { id: quoteLead.id }, partner('rival'))).toBe('NOT_FOUND');
    const listed = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Lead { quotes { id } } } }';
    const of = [{ __typename: 'Lead', id: leadId }];
    expect(await refusal(listed, { of }, partner('acme'))).toBe('FORBIDDEN');

    const agentId = await payments.agent(100_000);
    const bid = payments.reservation(agentId, quotes.EXCLUSIVE, quotes.EXCLUSIVE.priceCents + 500);
    await payments.deliver('agents.offer.reserved', bid);
    const [held] = await payments.events('payments.hold.held', bid.offerId);
    expect((await payments.ok(QUOTE, { id: held?.quoteId })).quote.priceCents).toBe(bid.priceCents);
    expect(await refusal(QUOTE, { id: held?.quoteId }, partner('acme'))).toBe('NOT_FOUND');
  });

  test('is not for the partner of a lead of which no event has said whose it is', async () => {
    const { leadId } = await payments.lead();
    const input = { leadId, mode: 'SHARED', idempotencyKey: uuidv7() };
    const acme: Identity = { kind: 'PARTNER', sub: 'acme', scopes: [] };
    expect(await payments.refusal(QUOTE_LEAD, { input }, acme)).toMatchObject({ code: 'NOT_FOUND' });
  });
});
