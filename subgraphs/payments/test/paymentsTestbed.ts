import { createDataSource, type Identity, ManualClock, uuidv7 } from '@leadgraph/kit';
import { startTestSubgraph, type TestSubgraph } from '@leadgraph/kit/testing';
import type { EventMessage, EventPayload, EventType, LeadFacts, SaleMode } from '@leadgraph/schema';
import { defaultSettings, type PaymentsSettings } from '../src/config.js';
import { buildPaymentsSchema } from '../src/schema.js';
import { paymentsStore } from '../src/store/paymentsStore.js';
import { wirePayments } from '../src/wirePayments.js';

export const operator: Identity = { kind: 'OPERATOR', sub: 'ops', scopes: [] };

/** Starts payments on a database of its own, with a clock that stands still. Sweepers wait longer than any test. */
export async function startPayments(
  options: { settings?: Partial<PaymentsSettings>; withNats?: boolean; replicaUrl?: string } = {},
) {
  const clock = new ManualClock('2026-11-20T12:00:00.000Z');
  const subgraph = await startTestSubgraph({
    name: 'payments',
    withNats: options.withNats ?? false,
    replicaUrl: options.replicaUrl,
    schema: await buildPaymentsSchema(),
    clock,
    store: paymentsStore,
    createDataSource: (url, { metrics }) =>
      createDataSource({ name: 'payments', url, poolSize: 6, acquireTimeoutMs: 10_000, metrics, ...paymentsStore }),
    wire: wirePayments({ ...defaultSettings, holdSweepMs: 3_600_000, ...options.settings }),
  });
  return new PaymentsTestbed(subgraph, clock);
}

/** Payments in a test, spoken to the way its neighbours do: by events and by operations. */
export class PaymentsTestbed {
  readonly subgraph: TestSubgraph;
  readonly clock: ManualClock;

  constructor(subgraph: TestSubgraph, clock: ManualClock) {
    this.subgraph = subgraph;
    this.clock = clock;
  }

  get db() {
    return this.subgraph.database.db;
  }

  /** Registers an agent and gives it money. */
  async agent(availableCents = 0): Promise<string> {
    const agentId = uuidv7();
    await this.subgraph.deliver('agents.agent.registered', { agentId, agencyId: uuidv7() });
    if (availableCents > 0) {
      await this.ok('mutation ($input: CreditWalletInput!) { creditWallet(input: $input) { id } }', {
        input: { agentId, amountCents: availableCents, reason: 'test', idempotencyKey: uuidv7() },
      });
    }
    return agentId;
  }

  /** Qualifies a lead and returns its quotes by mode. */
  async lead(change: Partial<LeadFacts> = {}): Promise<{ leadId: string; quotes: Record<SaleMode, QuoteCreated> }> {
    const facts = leadFacts({ receivedAt: this.clock.now().toISOString(), ...change });
    await this.subgraph.deliver('leads.lead.qualified', { lead: facts, score: 70, tier: 'WARM' });
    const created = (await this.events('payments.quote.created')).filter((quote) => quote.leadId === facts.leadId);
    const quotes = Object.fromEntries(created.map((quote) => [quote.mode, quote])) as Record<SaleMode, QuoteCreated>;
    return { leadId: facts.leadId, quotes };
  }

  /** What `agents.offer.reserved` says of an offer at a quote's price. */
  reservation(
    agentId: string,
    quote: QuoteCreated,
    priceCents = quote.priceCents,
  ): EventPayload<'agents.offer.reserved'> {
    return {
      offerId: uuidv7(),
      leadId: quote.leadId,
      agentId,
      mode: quote.mode,
      quoteId: quote.quoteId,
      priceCents,
      windowEndsAt: new Date(this.clock.now().getTime() + 300_000).toISOString(),
    };
  }

  deliver: TestSubgraph['deliver'] = (...message) => this.subgraph.deliver(...message);

  /** The payloads of the emitted events of a type, the oldest first; only those of an offer if one is named. */
  async events<T extends EventType>(type: T, offerId?: string): Promise<EventPayload<T>[]> {
    const messages = (await this.subgraph.outbox(type)) as unknown as EventMessage<T>[];
    const payloads = messages.map((message) => message.payload as EventPayload<T>);
    return offerId ? payloads.filter((payload) => (payload as { offerId?: string }).offerId === offerId) : payloads;
  }

  /** Runs an operation that must succeed and returns its data. */
  async ok(document: string, variables?: Record<string, unknown>, identity: Identity = operator) {
    const { data, errors } = await this.subgraph.query(document, variables, identity);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** Runs an operation that must fail and returns the code of its first error. */
  async refusal(document: string, variables?: Record<string, unknown>, identity: Identity = operator) {
    const { errors } = await this.subgraph.query(document, variables, identity);
    if (!errors?.[0]) throw new Error('the operation succeeded');
    return { message: errors[0].message, ...errors[0].extensions } as {
      code: string;
      message: string;
      retryable?: boolean;
    };
  }

  async wallet(agentId: string): Promise<{ balanceCents: number; heldCents: number; availableCents: number }> {
    const document = 'query ($id: ID!) { wallet(agentId: $id) { balanceCents heldCents availableCents } }';
    return (await this.ok(document, { id: agentId })).wallet;
  }

  /** The ledger must add up: to zero as a whole, and each wallet's account to its balance. */
  async ledgerFaults(): Promise<unknown[]> {
    return this.db.query(`
      SELECT 'sum' AS fault, sum(amount_cents)::text AS detail FROM posting HAVING sum(amount_cents) <> 0
      UNION ALL
      SELECT 'wallet', wallet.agent_id::text FROM wallet LEFT JOIN posting ON posting.account_id = wallet.agent_id
      GROUP BY wallet.agent_id HAVING wallet.balance_cents <> -COALESCE(sum(posting.amount_cents), 0)
      UNION ALL
      SELECT 'held', wallet.agent_id::text FROM wallet LEFT JOIN hold ON hold.agent_id = wallet.agent_id AND hold.status = 'HELD'
      GROUP BY wallet.agent_id HAVING wallet.held_cents <> COALESCE(sum(hold.price_cents), 0)
    `);
  }

  stop(): Promise<void> {
    return this.subgraph.stop();
  }
}

/** What the later events of an offer name it by. */
export function offerRef({ offerId, leadId, agentId }: { offerId: string; leadId: string; agentId: string }) {
  return { offerId, leadId, agentId };
}

export type QuoteCreated = EventPayload<'payments.quote.created'>;

/** A lead's facts as leads sends them. */
export function leadFacts(change: Partial<LeadFacts> = {}): LeadFacts {
  return {
    leadId: uuidv7(),
    line: 'AUTO',
    state: 'TX',
    zip: '75001',
    timeZone: 'America/Chicago',
    sourceId: uuidv7(),
    sourceName: 'acme',
    sourceQuality: null,
    isTest: true,
    receivedAt: '2026-11-20T12:00:00.000Z',
    maxSales: 3,
    language: 'en',
    ageBand: '35_44',
    phone: { present: true, valid: true, mobile: false },
    email: { present: false, valid: false },
    address: { streetPresent: false },
    details: { vehicles: 1 },
    currentCarrier: null,
    notes: null,
    missingFields: ['email'],
    consent: {
      live: true,
      scope: 'PARTNER_LIST',
      sellers: [],
      channels: ['PHONE'],
      givenAt: '2026-11-20T12:00:00.000Z',
    },
    suppressedChannels: [],
    ...change,
  };
}
