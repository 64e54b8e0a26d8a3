import { anonymous, type Identity, uuidv7 } from '@leadgraph/kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { offerRef, operator, type PaymentsTestbed, startPayments } from './paymentsTestbed.js';

let payments: PaymentsTestbed;
beforeAll(async () => {
  payments = await startPayments();
});
afterAll(() => payments?.stop());

it('the entity of a wallet’s event is there for its agent, operators and frontends, and for nobody else', async () => {
  const agentId = await payments.agent(5_000);
  const as = (kind: Identity['kind'], sub: string): Identity => ({ kind, sub, scopes: [] });
  const seenBy = async (identity: Identity, id = agentId) => {
    const document = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Wallet { availableCents } } }';
    const { _entities } = await payments.ok(document, { of: [{ __typename: 'Wallet', id }] }, identity);
    return _entities[0];
  };
  for (const identity of [as('AGENT', agentId), operator, as('FRONTEND', 'web')]) {
    expect(await seenBy(identity)).toEqual({ availableCents: 5_000 });
  }
  for (const identity of [anonymous, as('AGENT', uuidv7()), as('PARTNER', 'acme'), as('PARTNER', agentId)]) {
    expect(await seenBy(identity)).toBeNull();
  }
  for (const id of [uuidv7(), 'no id', '']) expect(await seenBy(operator, id)).toBeNull();
});

it('every change of a wallet is an event of a kind of its own', async () => {
  const agentId = await payments.agent(1_000_000);
  const first = payments.reservation(agentId, (await payments.lead()).quotes.SHARED);
  const second = payments.reservation(agentId, (await payments.lead()).quotes.SHARED);
  for (const reservation of [first, second]) await payments.deliver('agents.offer.reserved', reservation);
  await payments.deliver('agents.offer.accepted', offerRef(first));
  await payments.deliver('agents.offer.expired', offerRef(second));
  await payments.ok('mutation ($input: SetCreditLimitInput!) { setCreditLimit(input: $input) { id } }', {
    input: { agentId, creditLimitCents: 500, idempotencyKey: uuidv7() },
  });
  const messages = (await payments.subgraph.outbox('payments.wallet.changed')).filter(
    ({ entities }) => entities[0]?.key === agentId,
  );
  expect(messages.map(({ kind }) => kind)).toEqual([
    'OPENED',
    'CREDITED',
    'HELD',
    'HELD',
    'CAPTURED',
    'RELEASED',
    'LIMIT_SET',
  ]);
  const versions = messages.map(({ entities }) => entities[0]?.version ?? 0);
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  expect(messages.every(({ entities }) => entities[0]?.__typename === 'Wallet')).toBe(true);
});

it('subscriptions are the gateway’s: asked itself, the subgraph says so', async () => {
  const agent: Identity = { kind: 'AGENT', sub: uuidv7(), scopes: [] };
  expect(await payments.refusal('subscription { wallet { kind } }', {}, agent)).toMatchObject({
    code: 'SUBSCRIBE_AT_GATEWAY',
  });
});
