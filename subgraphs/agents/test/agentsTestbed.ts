import { createDataSource, type Identity, ManualClock, uuidv7 } from '@leadgraph/kit';
import { startTestSubgraph, type TestSubgraph } from '@leadgraph/kit/testing';
import type { EventMessage, EventPayload, EventType, LeadFacts } from '@leadgraph/schema';
import type { AgentsRules, AgentsSettings } from '../src/agentsRules.js';
import { defaultSettings } from '../src/config.js';
import type { SaleMode } from '../src/routing/vocabulary.js';
import { buildAgentsSchema } from '../src/schema.js';
import { agentsStore } from '../src/store/agentsStore.js';
import { wireAgents } from '../src/wireAgents.js';
import { leadFacts } from './leadFacts.js';

export const operator: Identity = { kind: 'OPERATOR', sub: 'ops', scopes: [] };
const HOUR_MS = 3_600_000;

/** Starts agents on a database of its own, with a clock that stands still. Sweepers wait longer than any test; tests run them by hand. */
export async function startAgents(
  settings: Partial<AgentsSettings> = {},
  options: { withNats?: boolean; replicaUrl?: string } = {},
): Promise<AgentsTestbed> {
  // A Friday, 9:00 in Chicago.
  const clock = new ManualClock('2026-11-20T15:00:00.000Z');
  const all: AgentsSettings = {
    ...defaultSettings,
    expirySweepMs: HOUR_MS,
    resendSweepMs: HOUR_MS,
    queueSweepMs: HOUR_MS,
    ...settings,
  };
  const subgraph = await startTestSubgraph({
    name: 'agents',
    schema: await buildAgentsSchema(),
    clock,
    config: { logLevel: 'warn' },
    store: agentsStore,
    createDataSource: (url, { metrics }) =>
      createDataSource({ name: 'agents', url, poolSize: 8, acquireTimeoutMs: 20_000, metrics, ...agentsStore }),
    wire: wireAgents(all),
    ...options,
  });
  return new AgentsTestbed(subgraph, clock, { clock, settings: all });
}

interface CampaignWish {
  agencyId?: string;
  funds?: number | null;
  agent?: Record<string, unknown>;
  campaign?: Record<string, unknown>;
}

export interface Buyer {
  agentId: string;
  campaignId: string;
  agencyId: string;
  identity: Identity;
}

/** Agents in a test, spoken to the way its neighbours do: by events and by operations. */
export class AgentsTestbed {
  readonly subgraph: TestSubgraph;
  readonly clock: ManualClock;
  readonly rules: AgentsRules;
  #npn = 1_000;
  #walletVersion = 0;

  constructor(subgraph: TestSubgraph, clock: ManualClock, rules: AgentsRules) {
    this.subgraph = subgraph;
    this.clock = clock;
    this.rules = rules;
  }

  /** The running subgraph's own connections. */
  get db() {
    return this.subgraph.running.tools.db;
  }

  deliver: TestSubgraph['deliver'] = (...message) => this.subgraph.deliver(...message);

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
    return { message: errors[0].message, ...errors[0].extensions } as { code: string; message: string };
  }

  async agency(): Promise<string> {
    const document = 'mutation ($input: AgencyInput!) { createAgency(input: $input) { id } }';
    return (await this.ok(document, { input: { legalName: `Agency ${uuidv7()}` } })).createAgency.id;
  }

  /** Registers an agent with money and one campaign for shared AUTO leads in Texas, unless told otherwise. */
  async buyer(wish: CampaignWish = {}): Promise<Buyer> {
    const agencyId = wish.agencyId ?? (await this.agency());
    this.#npn += 1;
    const document = 'mutation ($input: RegisterAgentInput!) { registerAgent(input: $input) { id campaigns { id } } }';
    const { registerAgent } = await this.ok(document, {
      input: {
        npn: String(this.#npn),
        name: `Agent ${this.#npn}`,
        email: `agent${this.#npn}@example.com`,
        phone: '+12145550147',
        agencyId,
        timeZone: 'America/Chicago',
        licenses: [
          license('PERSONAL_LINES'),
          license('LIFE'),
          license('ACCIDENT_HEALTH'),
          license('PROPERTY'),
          license('CASUALTY'),
        ],
        campaigns: [{ ...sharedAuto, ...wish.campaign }],
        ...wish.agent,
      },
    });
    const agentId: string = registerAgent.id;
    if (wish.funds !== null) await this.fund(agentId, wish.funds ?? 1_000_000);
    return {
      agentId,
      campaignId: registerAgent.campaigns[0]?.id,
      agencyId,
      identity: { kind: 'AGENT', sub: agentId, scopes: [] },
    };
  }

  async fund(agentId: string, availableCents: number): Promise<void> {
    this.#walletVersion += 1;
    await this.deliver('payments.wallet.changed', { agentId, availableCents }, { version: this.#walletVersion });
  }

  /** A qualified lead with its two quotes. */
  async lead(change: Partial<LeadFacts> = {}, prices: Partial<Record<SaleMode, number>> = {}): Promise<string> {
    const facts = leadFacts({ receivedAt: this.clock.now().toISOString(), ...change });
    await this.deliver('leads.lead.qualified', { lead: facts, score: 70, tier: 'WARM' });
    await this.quote(facts.leadId, prices);
    return facts.leadId;
  }

  /** Two quotes that last 15 minutes. */
  async quote(leadId: string, prices: Partial<Record<SaleMode, number>> = {}): Promise<void> {
    for (const mode of ['SHARED', 'EXCLUSIVE'] as const) {
      await this.deliver('payments.quote.created', {
        quoteId: uuidv7(),
        leadId,
        mode,
        priceCents: prices[mode] ?? (mode === 'SHARED' ? 2_000 : 5_000),
        ruleVersion: '1',
        expiresAt: new Date(this.clock.now().getTime() + 15 * 60_000).toISOString(),
      });
    }
  }

  /** Payments says that the money for an offer is held. */
  async hold(offer: OfferFields, id?: string): Promise<string> {
    return this.deliver(
      'payments.hold.held',
      {
        holdId: uuidv7(),
        offerId: offer.id,
        leadId: offer.leadId,
        agentId: offer.agentId,
        quoteId: offer.quoteId,
        priceCents: offer.priceCents,
        expiresAt: new Date(this.clock.now().getTime() + HOUR_MS).toISOString(),
      },
      id === undefined ? {} : { id },
    );
  }

  /** Payments says that it does not hold the money. */
  async refuse(offer: OfferFields, reason: EventPayload<'payments.hold.refused'>['reason'] = 'FUNDS'): Promise<string> {
    const { id, leadId, agentId } = offer;
    return this.deliver('payments.hold.refused', { offerId: id, leadId, agentId, reason });
  }

  /** Leads says that an accepted offer is paid for. */
  async settle(offer: OfferFields, id?: string): Promise<string> {
    return this.deliver(
      'leads.lead.sold',
      {
        leadId: offer.leadId,
        agentId: offer.agentId,
        offerId: offer.id,
        chargeId: uuidv7(),
        priceCents: offer.priceCents,
        soldCount: 1,
      },
      id === undefined ? {} : { id },
    );
  }

  /** A lead's offers as they are stored, the oldest first. */
  async offers(leadId: string): Promise<OfferFields[]> {
    return this.db.query(
      `SELECT id, lead_id AS "leadId", agent_id AS "agentId", campaign_id AS "campaignId", mode, status, settlement,
         cancel_reason AS "cancelReason", refusal, quote_id AS "quoteId", price_cents::int AS "priceCents", round,
         expires_at AS "expiresAt"
       FROM offer WHERE lead_id = $1 ORDER BY id`,
      [leadId],
    );
  }

  /** A lead with one offer that is out, to a new buyer. */
  async offered(wish: CampaignWish = {}, facts: Partial<LeadFacts> = {}) {
    const buyer = await this.buyer(wish);
    const leadId = await this.lead(facts);
    const offer = (await this.offers(leadId)).find(({ agentId }) => agentId === buyer.agentId);
    if (!offer) throw new Error('the buyer got no offer');
    await this.hold(offer);
    return { buyer, leadId, offer };
  }

  async routing(leadId: string) {
    const [row] = await this.db.query(
      `SELECT state, round, mode, accepted_count AS "acceptedCount", retry_at AS "retryAt" FROM routing WHERE lead_id = $1`,
      [leadId],
    );
    return row as { state: string; round: number; mode: string; acceptedCount: number; retryAt: Date | null };
  }

  /** What the trace says of each of a lead's campaigns, last decision first counted. */
  async trace(leadId: string): Promise<Record<string, string>> {
    const document =
      'query ($leads: [_Any!]!) { _entities(representations: $leads) { ... on Lead { routing { rounds { trace { campaign { id } outcome reason } } } } } }';
    const data = await this.ok(document, { leads: [{ __typename: 'Lead', id: leadId }] });
    const rounds: { trace: { campaign: { id: string }; outcome: string; reason: string | null }[] }[] =
      data._entities[0].routing.rounds;
    return Object.fromEntries(
      rounds.flatMap(({ trace }) => trace.map(({ campaign, outcome, reason }) => [campaign.id, reason ?? outcome])),
    );
  }

  /** The payloads of the emitted events of a type, the oldest first; only those of a lead if one is named. */
  async events<T extends EventType>(type: T, leadId?: string): Promise<EventPayload<T>[]> {
    const messages = (await this.subgraph.outbox(type)) as unknown as EventMessage<T>[];
    const payloads = messages.map((message) => message.payload as EventPayload<T>);
    return leadId ? payloads.filter((payload) => (payload as { leadId?: string }).leadId === leadId) : payloads;
  }

  accept(offerId: string, identity: Identity, idempotencyKey: string | null = null): ReturnType<TestSubgraph['query']> {
    return this.subgraph.query(
      'mutation ($id: ID!, $key: String) { acceptOffer(offerId: $id, idempotencyKey: $key) { id status settlement } }',
      { id: offerId, key: idempotencyKey },
      identity,
    );
  }

  reject(offerId: string, identity: Identity): ReturnType<TestSubgraph['query']> {
    return this.subgraph.query(
      'mutation ($id: ID!) { rejectOffer(offerId: $id, reason: "no") { id status rejectReason } }',
      { id: offerId },
      identity,
    );
  }

  stop(): Promise<void> {
    return this.subgraph.stop();
  }
}

export interface OfferFields {
  id: string;
  leadId: string;
  agentId: string;
  campaignId: string;
  mode: SaleMode;
  status: string;
  settlement: string;
  cancelReason: string | null;
  refusal: string | null;
  quoteId: string;
  priceCents: number;
  round: number;
  expiresAt: Date | null;
}

const sharedAuto = { name: 'Auto shared', line: 'AUTO', states: ['TX'], mode: 'SHARED', bidCents: 10_000 };

function license(lineOfAuthority: string) {
  return { state: 'TX', lineOfAuthority, number: 'TX-1', effective: '2024-01-01', expires: '2030-12-31' };
}
