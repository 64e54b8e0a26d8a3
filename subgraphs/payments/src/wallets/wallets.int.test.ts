import { type Identity, uuidv7 } from '@leadgraph/kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { offerRef, operator, type PaymentsTestbed, startPayments } from '../../test/paymentsTestbed.js';

let payments: PaymentsTestbed;
beforeAll(async () => {
  payments = await startPayments();
});
afterAll(() => payments?.stop());

const CREDIT =
  'mutation ($input: CreditWalletInput!) { creditWallet(input: $input) { id balanceCents availableCents } }';
const CREDIT_MANY = 'mutation ($input: CreditWalletsInput!) { creditWallets(input: $input) { id balanceCents } }';
const SET_LIMIT = 'mutation ($input: SetCreditLimitInput!) { setCreditLimit(input: $input) { availableCents } }';
const REVERSE = 'mutation ($input: ReverseEntryInput!) { reverseEntry(input: $input) { balanceCents } }';
const ENTRIES = `query ($id: ID!, $first: Int!, $after: String) { wallet(agentId: $id) { entries(first: $first, after: $after) {
  edges { cursor node { id kind description amountCents charge { id priceCents } } } pageInfo { hasNextPage endCursor } totalCount { value relation }
} } }`;

const asAgent = (sub: string): Identity => ({ kind: 'AGENT', sub, scopes: [] });
const credit = (agentId: string, amountCents: number) => ({
  agentId,
  amountCents,
  reason: 'paid',
  idempotencyKey: uuidv7(),
});

describe('a credit', () => {
  test('is booked once for a key, and refused for the same key with another amount', async () => {
    const agentId = await payments.agent();
    const input = credit(agentId, 5_000);
    const first = await payments.ok(CREDIT, { input });
    expect(first.creditWallet).toEqual({ id: agentId, balanceCents: 5_000, availableCents: 5_000 });
    expect(await payments.ok(CREDIT, { input })).toEqual(first);
    expect(await payments.refusal(CREDIT, { input: { ...input, amountCents: 6_000 } })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect((await payments.wallet(agentId)).balanceCents).toBe(5_000);
  });

  test('sent five times at once is booked once', async () => {
    const agentId = await payments.agent();
    const input = credit(agentId, 700);
    await Promise.all(Array.from({ length: 5 }, () => payments.ok(CREDIT, { input })));
    expect((await payments.wallet(agentId)).balanceCents).toBe(700);
  });

  test('for an agent without a wallet can be retried', async () => {
    const agentId = uuidv7();
    const input = credit(agentId, 700);
    expect(await payments.refusal(CREDIT, { input })).toMatchObject({
      code: 'WALLET_NOT_READY',
      retryable: true,
      agentIds: [agentId],
    });
    await payments.deliver('agents.agent.registered', { agentId, agencyId: uuidv7() });
    expect((await payments.ok(CREDIT, { input })).creditWallet.balanceCents).toBe(700);
  });

  test('is for operators, and of a sensible amount', async () => {
    const agentId = await payments.agent();
    const code = async (change: object, identity = operator) =>
      (await payments.refusal(CREDIT, { input: { ...credit(agentId, 100), ...change } }, identity)).code;
    expect(await code({}, asAgent(agentId))).toBe('FORBIDDEN');
    expect(await code({ amountCents: 0 })).toBe('AMOUNT_INVALID');
    expect(await code({ amountCents: -5 })).toBe('AMOUNT_INVALID');
    expect(await code({ amountCents: 100_000_001 })).toBe('AMOUNT_INVALID');
    expect(await code({ amountCents: 1.5 })).toBe('BAD_USER_INPUT');
    expect(await code({ reason: '' })).toBe('BAD_USER_INPUT');
    expect((await payments.wallet(agentId)).balanceCents).toBe(0);
  });
});

describe('a batch of credits', () => {
  test('is booked as a whole, with an entry for each', async () => {
    const agents = await Promise.all(Array.from({ length: 30 }, () => payments.agent()));
    const credits = agents.map((agentId, index) => ({ agentId, amountCents: 100 + index }));
    const input = { credits, reason: 'demo', idempotencyKey: uuidv7() };
    const { creditWallets } = await payments.ok(CREDIT_MANY, { input });
    expect(creditWallets).toEqual(agents.map((id, index) => ({ id, balanceCents: 100 + index })));
    expect(await payments.ok(CREDIT_MANY, { input })).toEqual({ creditWallets });
    expect(await payments.ledgerFaults()).toEqual([]);
  });

  test('with one agent without a wallet books nothing and names it', async () => {
    const [known, unknown] = [await payments.agent(), uuidv7()];
    const credits = [known, unknown].map((agentId) => ({ agentId, amountCents: 100 }));
    const refusal = await payments.refusal(CREDIT_MANY, { input: { credits, reason: 'x', idempotencyKey: uuidv7() } });
    expect(refusal).toMatchObject({ code: 'WALLET_NOT_READY', agentIds: [unknown] });
    expect((await payments.wallet(known)).balanceCents).toBe(0);
  });

  test('has at most 200 credits, and each agent once', async () => {
    const agentId = await payments.agent();
    const code = async (credits: object[]) =>
      (await payments.refusal(CREDIT_MANY, { input: { credits, reason: 'x', idempotencyKey: uuidv7() } })).code;
    expect(await code(Array.from({ length: 201 }, () => ({ agentId: uuidv7(), amountCents: 1 })))).toBe(
      'BATCH_TOO_LARGE',
    );
    expect(await code([])).toBe('BATCH_TOO_LARGE');
    expect(
      await code([
        { agentId, amountCents: 1 },
        { agentId, amountCents: 1 },
      ]),
    ).toBe('BAD_USER_INPUT');
  });
});

describe('a credit limit', () => {
  test('lets an agent spend what it does not have, and cannot fall below what it owes', async () => {
    const agentId = await payments.agent();
    const { quotes } = await payments.lead();
    const limit = (creditLimitCents: number) => ({ input: { agentId, creditLimitCents, idempotencyKey: uuidv7() } });
    expect((await payments.ok(SET_LIMIT, limit(50_000))).setCreditLimit.availableCents).toBe(50_000);
    const reservation = payments.reservation(agentId, quotes.SHARED);
    await payments.deliver('agents.offer.reserved', reservation);
    await payments.deliver('agents.offer.accepted', offerRef(reservation));
    expect((await payments.wallet(agentId)).balanceCents).toBe(-reservation.priceCents);
    expect(await payments.refusal(SET_LIMIT, limit(reservation.priceCents - 1))).toMatchObject({
      code: 'CREDIT_LIMIT_TOO_LOW',
      leastCents: reservation.priceCents,
    });
    expect((await payments.ok(SET_LIMIT, limit(reservation.priceCents))).setCreditLimit.availableCents).toBe(0);
  });
});

describe('the journal of a wallet', () => {
  test('lists what came in and what was paid, in pages', async () => {
    const agentId = await payments.agent(90_000);
    const { quotes } = await payments.lead();
    const reservation = payments.reservation(agentId, quotes.SHARED);
    await payments.deliver('agents.offer.reserved', reservation);
    await payments.deliver('agents.offer.accepted', offerRef(reservation));
    const { entries } = (await payments.ok(ENTRIES, { id: agentId, first: 1 }, asAgent(agentId))).wallet;
    expect(entries).toMatchObject({ pageInfo: { hasNextPage: true }, totalCount: { value: 2, relation: 'EQ' } });
    expect(entries.edges[0].node).toMatchObject({
      kind: 'CHARGE',
      amountCents: -reservation.priceCents,
      charge: { priceCents: reservation.priceCents },
    });
    const next = await payments.ok(ENTRIES, { id: agentId, first: 1, after: entries.pageInfo.endCursor });
    expect(next.wallet.entries.edges[0].node).toMatchObject({ kind: 'CREDIT', amountCents: 90_000, charge: null });
    expect(next.wallet.entries.pageInfo.hasNextPage).toBe(false);
  });

  test('refuses a page of 10,000 and a cursor from elsewhere', async () => {
    const agentId = await payments.agent(1);
    expect(await payments.refusal(ENTRIES, { id: agentId, first: 10_000 })).toMatchObject({ code: 'PAGE_TOO_LARGE' });
    expect(await payments.refusal(ENTRIES, { id: agentId, first: 1, after: 'x' })).toMatchObject({
      code: 'INVALID_CURSOR',
    });
  });

  test('keeps a credit and its reversal; the money can be taken back once and while it is there', async () => {
    const agentId = await payments.agent(1_000);
    const { entries } = (await payments.ok(ENTRIES, { id: agentId, first: 1 })).wallet;
    const entryId = entries.edges[0].node.id;
    const input = { entryId, reason: 'wrong agent', idempotencyKey: uuidv7() };
    expect((await payments.ok(REVERSE, { input })).reverseEntry.balanceCents).toBe(0);
    expect((await payments.ok(REVERSE, { input })).reverseEntry.balanceCents).toBe(0);
    const anew = { ...input, idempotencyKey: uuidv7() };
    expect(await payments.refusal(REVERSE, { input: anew })).toMatchObject({ code: 'ENTRY_NOT_REVERSIBLE' });
    const unknown = { ...input, entryId: uuidv7(), idempotencyKey: uuidv7() };
    expect(await payments.refusal(REVERSE, { input: unknown })).toMatchObject({ code: 'NOT_FOUND' });
    const document = `query ($id: ID!) { journalEntry(id: $id) { kind reversedByEntryId postings { accountKind amountCents agent { id } } } }`;
    const { journalEntry } = await payments.ok(document, { id: entryId });
    expect(journalEntry).toMatchObject({
      kind: 'CREDIT',
      postings: [
        { accountKind: 'PLATFORM_CASH', amountCents: 1_000, agent: null },
        { accountKind: 'WALLET', amountCents: -1_000, agent: { id: agentId } },
      ],
    });
    expect(journalEntry.reversedByEntryId).not.toBeNull();
    expect(await payments.ledgerFaults()).toEqual([]);
  });

  test('does not give back what is held', async () => {
    const { quotes } = await payments.lead();
    const agentId = await payments.agent(quotes.SHARED.priceCents);
    await payments.deliver('agents.offer.reserved', payments.reservation(agentId, quotes.SHARED));
    const { entries } = (await payments.ok(ENTRIES, { id: agentId, first: 1 })).wallet;
    const input = { entryId: entries.edges[0].node.id, reason: 'x', idempotencyKey: uuidv7() };
    expect(await payments.refusal(REVERSE, { input })).toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
  });
});

test('the trial balance is zero and agrees with the wallets', async () => {
  const document =
    '{ trialBalance { sumCents balanced differingWallets walletBalanceCents accounts { kind sumCents } } }';
  const { trialBalance } = await payments.ok(document);
  expect(trialBalance).toMatchObject({ sumCents: 0, balanced: true, differingWallets: 0 });
  const wallets = trialBalance.accounts.find((account: { kind: string }) => account.kind === 'WALLET');
  expect(wallets.sumCents).toBe(-trialBalance.walletBalanceCents);
  expect(await payments.refusal(document, {}, asAgent(uuidv7()))).toMatchObject({ code: 'FORBIDDEN' });
});

describe('who sees a wallet', () => {
  const AGENTS = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Agent { id wallet { id availableCents } } ... on Wallet { id availableCents } } }`;

  test('the agent itself, operators and frontends; another agent gets null, and FORBIDDEN where it asks for it, whether it exists or not', async () => {
    const [mine, other] = [await payments.agent(500), await payments.agent(900)];
    const representations = [mine, other, uuidv7()].flatMap((id) => [
      { __typename: 'Agent', id },
      { __typename: 'Wallet', id },
    ]);
    const { data, errors } = await payments.subgraph.query(AGENTS, { representations }, asAgent(mine));
    expect(data._entities.slice(0, 2)).toEqual([
      { id: mine, wallet: { id: mine, availableCents: 500 } },
      { id: mine, availableCents: 500 },
    ]);
    expect(data._entities.slice(2).map((entity: { wallet?: unknown } | null) => entity?.wallet ?? null)).toEqual(
      Array(4).fill(null),
    );
    expect(errors?.map((error) => error.extensions.code)).toEqual(Array(2).fill('FORBIDDEN'));
    const frontend: Identity = { kind: 'FRONTEND', sub: 'web', scopes: [] };
    const seen = await payments.ok(AGENTS, { representations: [{ __typename: 'Agent', id: other }] }, frontend);
    expect(seen._entities[0].wallet.availableCents).toBe(900);
  });

  test('its journal: the agent itself and operators only', async () => {
    const agentId = await payments.agent(500);
    const frontend: Identity = { kind: 'FRONTEND', sub: 'web', scopes: [] };
    expect(await payments.refusal(ENTRIES, { id: agentId, first: 1 }, frontend)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await payments.refusal(`{ wallet(agentId: "${uuidv7()}") { id } }`)).toMatchObject({
      code: 'WALLET_NOT_READY',
    });
  });
});
