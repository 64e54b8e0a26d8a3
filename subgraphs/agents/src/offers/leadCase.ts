import { eventWrites, writeTogether } from '@leadgraph/kit';
import type { EntityRef, EventPayload, EventType } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import { type AgentsRules, resendTime } from '../agentsRules.js';
import { acceptedCount, type OfferCount, offerCounts } from '../reports/offerCounts.js';
import type { Offer } from '../store/offer.js';
import { readOffers, saveLead } from '../store/offerStore.js';
import type { Routing } from '../store/routing.js';
import { lockRouting, tryLockRouting } from '../store/routingStore.js';
import { type OfferOutcome, recordOfferOutcomes } from '../store/usageStore.js';
import { type CancelReason, canBecome, isWaiting, type OfferStatus } from './offerStatus.js';

type AgentsEvent = Extract<EventType, `agents.${string}`>;
interface Announcement {
  type: AgentsEvent;
  offer: Offer | null;
  payload: EventPayload<AgentsEvent>;
  leadVersion: number;
  partitionKey: string;
  kind?: string;
}

/** What an announcement says beside its event. */
interface Manner {
  /** The event's kind for subscribers. */
  readonly kind?: string;
  /** It was announced before: for the other subgraphs, which may have missed it, and not for the agent, who has not. */
  readonly again?: boolean;
}

/**
 * A lead's routing and offers within one transaction. Opening it locks the routing row, so whatever happens to a lead's offers happens one after
 * another; `save` writes what changed and the events in the order in which they came about. Locks are always taken in
 * the order routing row, pool, campaigns' usage.
 */
export class LeadCase {
  readonly tx: EntityManager;
  readonly rules: AgentsRules;
  readonly routing: Routing;
  readonly now: Date;
  readonly offers: Offer[];
  /** How long agents have to accept what goes out now. */
  readonly offerWindowMs: number;
  readonly #added: Offer[] = [];
  readonly #changed = new Set<Offer>();
  readonly #announcements: Announcement[] = [];
  #outcomes: OfferOutcome[] = [];
  readonly #counts: OfferCount[] = [];
  /** What was to be seen of the routing; null when there was none. */
  readonly #shownBefore: string | null;

  private constructor(
    tx: EntityManager,
    read: Pick<LeadCase, 'rules' | 'routing' | 'offers' | 'now' | 'offerWindowMs'>,
    isNew: boolean,
  ) {
    this.tx = tx;
    this.rules = read.rules;
    this.routing = read.routing;
    this.offers = read.offers;
    this.now = read.now;
    this.offerWindowMs = read.offerWindowMs;
    this.#shownBefore = isNew ? null : shown(read.routing);
  }

  /** Opens a lead's case and waits for its lock. A lead that was not heard of yet gets its routing row. */
  static async open(tx: EntityManager, leadId: string, rules: AgentsRules): Promise<LeadCase> {
    const { settings, clock } = rules;
    const { routing, isNew } = await lockRouting(tx, leadId, {
      lastRound: settings.routing.mostRounds,
      resendAt: resendTime(clock.now(), settings.quotesResendMs, 0, settings),
    });
    return LeadCase.#read(tx, routing, rules, isNew);
  }

  /** Opens a lead's case if nobody else is at it; for sweepers, which come again. */
  static async tryOpen(tx: EntityManager, leadId: string, rules: AgentsRules): Promise<LeadCase | null> {
    const routing = await tryLockRouting(tx, leadId);
    return routing && LeadCase.#read(tx, routing, rules);
  }

  static async #read(tx: EntityManager, routing: Routing, rules: AgentsRules, isNew = false): Promise<LeadCase> {
    // Read after the lock was got: what another transaction did to the offers is committed by now.
    const now = rules.clock.now();
    const { offers, windowSeconds } = await readOffers(tx, routing.leadId, now);
    const offerWindowMs = windowSeconds === null ? rules.settings.offerWindowMs : windowSeconds * 1_000;
    return new LeadCase(tx, { rules, routing, offers, now, offerWindowMs }, isNew);
  }

  get leadId(): string {
    return this.routing.leadId;
  }

  offer(id: string): Offer | undefined {
    return this.offers.find((offer) => offer.id === id);
  }

  /** The offers that wait for payments or for their agent. */
  waiting(): Offer[] {
    return this.offers.filter((offer) => isWaiting(offer.status));
  }

  /** Places that nobody has accepted; an exclusive lead has one. */
  freePlaces(): number {
    const { mode, maxSales, acceptedCount } = this.routing;
    return (mode === 'EXCLUSIVE' && acceptedCount > 0 ? 1 : maxSales) - acceptedCount;
  }

  add(offer: Offer): void {
    this.offers.push(offer);
    this.#added.push(offer);
  }

  /** Notes that an offer's fields changed. */
  touch(offer: Offer): void {
    if (this.#added.includes(offer) || this.#changed.has(offer)) return;
    offer.version += 1;
    this.#changed.add(offer);
  }

  /** Moves an offer on. Throws for a step that the state machine does not have: callers look at the status first. */
  move(offer: Offer, to: OfferStatus, cancelReason: CancelReason | null = null): void {
    const from = offer.status;
    if (!canBecome(from, to)) throw new Error(`offer ${offer.id} cannot go from ${from} to ${to}`);
    this.touch(offer);
    offer.status = to;
    offer.cancelReason = cancelReason;
    offer.resendAt = null;
    offer.resends = 0;
    if (to === 'ACCEPTED') {
      offer.acceptedAt = this.now;
      this.#counts.push(acceptedCount(offer));
    }
    if (to !== 'OFFERED') {
      offer.endedAt = this.now;
      const accepted = to === 'ACCEPTED';
      this.#outcomes.push({
        campaignId: offer.campaignId,
        priceCents: offer.priceCents,
        buckets: offer.capBuckets,
        released: !accepted,
        decided: accepted || to === 'REJECTED' || to === 'EXPIRED',
        accepted,
      });
    }
  }

  /** Counts for the reports what became of an offer; acceptances are counted by `move`. */
  count(offer: Offer, add: OfferCount['add']): void {
    this.#counts.push({ offer, add });
  }

  /** Makes an offer CANCELLED and says so. */
  cancel(offer: Offer, reason: CancelReason): void {
    this.move(offer, 'CANCELLED', reason);
    this.announceOffer('agents.offer.cancelled', offer, { reason }, { kind: reason });
  }

  /**
   * Announces something about an offer: its ids and what the event adds to them. What concerns its agent goes out under the agent's id, where it follows its
   * own offers live. An offer that was never out to it does not concern it.
   */
  announceOffer<T extends Extract<AgentsEvent, `agents.offer.${string}`>>(
    type: T,
    offer: Offer,
    more: Omit<EventPayload<T>, 'offerId' | 'leadId' | 'agentId'>,
    { kind, again = false }: Manner = {},
  ): void {
    const ids = { offerId: offer.id, leadId: offer.leadId, agentId: offer.agentId };
    this.#announce(type, offer, { ...ids, ...more } as unknown as EventPayload<T>, {
      partitionKey: offer.offeredAt === null || again ? this.leadId : offer.agentId,
      ...(kind !== undefined && { kind }),
    });
  }

  /** Announces something about the lead's routing. */
  announceRouting<T extends Extract<AgentsEvent, `agents.routing.${string}` | 'agents.quote.requested'>>(
    type: T,
    payload: EventPayload<T>,
  ): void {
    this.#announce(type, null, payload, { partitionKey: this.leadId });
  }

  /** The campaigns of offers that ended: their usage changes too, so a caller that locks others has to lock them together. */
  endedCampaigns(): string[] {
    return this.#outcomes.map(({ campaignId }) => campaignId);
  }

  /** Writes the outcomes of ended offers into the campaigns' usage. */
  async recordOutcomes(): Promise<void> {
    await recordOfferOutcomes(this.tx, this.#outcomes);
    this.#outcomes = [];
  }

  /** Writes everything that changed, and the events. */
  async save(): Promise<void> {
    const { tx, routing, leadId } = this;
    // Every announcement names the lead; where there is none, its change has to be one.
    if (this.#announcements.length === 0 && shown(routing) !== this.#shownBefore)
      this.announceRouting('agents.routing.changed', { leadId, state: routing.state });
    await this.recordOutcomes();
    await saveLead(tx, { routing: this.routing, changed: [...this.#changed], added: this.#added });
    const events = this.#announcements.map(({ offer, leadVersion, ...event }) => ({
      ...event,
      // All that happens to one lead reaches a consumer in the order in which it happened.
      orderKey: this.leadId,
      entities: this.entitiesOf(offer, leadVersion),
      occurredAt: this.now,
    }));
    await writeTogether(tx, [...offerCounts(this.#counts, routing), ...eventWrites(tx, events)]);
  }

  /** What changes when something happens to an offer, or to the lead's routing alone. */
  entitiesOf(offer: Offer | null, leadVersion = this.routing.version): EntityRef[] {
    return [
      ...(offer ? [{ __typename: 'Offer', key: offer.id, version: offer.version }] : []),
      { __typename: 'Lead', key: this.leadId, version: leadVersion },
      ...(offer ? [{ __typename: 'Agent', key: offer.agentId, version: this.now.getTime() }] : []),
    ];
  }

  #announce<T extends AgentsEvent>(
    type: T,
    offer: Offer | null,
    payload: EventPayload<T>,
    addressed: Pick<Announcement, 'partitionKey' | 'kind'>,
  ): void {
    this.routing.version += 1;
    this.#announcements.push({
      type,
      offer,
      payload: payload as EventPayload<AgentsEvent>,
      leadVersion: this.routing.version,
      ...addressed,
    });
  }
}

/** What clients see of a routing's row (`Lead.routing`). */
function shown({ state, round, mode, maxSales, acceptedCount, retryAt }: Routing): string {
  return JSON.stringify([state, round, mode, maxSales, acceptedCount, retryAt]);
}
