import type { DemoFigures, Tally } from './demoFigures.ts';
import type { PostedLead } from './postLeads.ts';
import type { RunLead, RunState } from './runState.ts';
import { isSettled } from './settled.ts';

export interface RunTimes {
  readonly run: number;
  readonly elapsedMs: number;
}

/** Makes the figures of a run out of what was posted and what the platform has of it. */
export function figuresOf(posted: readonly PostedLead[], state: RunState, { run, elapsedMs }: RunTimes): DemoFigures {
  const { leads, charges } = state;
  const statusCount = count(leads.map(({ status }) => status));
  const offers = leads.flatMap((lead) => lead.offers);
  const sales = leads.flatMap((lead) => lead.buyers);
  const soldOffers = new Set(sales.map(({ offerId }) => offerId));
  return {
    run,
    posted: posted.length,
    replayed: posted.filter(({ outcome }) => wasReplayed(outcome)).length,
    received: leads.length,
    rejected: statusCount.REJECTED ?? 0,
    rejectedByCode: count(leads.flatMap(({ problems }) => [...new Set(problems.map(({ code }) => code))])),
    duplicates: statusCount.DUPLICATE ?? 0,
    qualifiedByTier: count(leads.filter(wasQualified).map(({ tier }) => tier ?? 'NONE')),
    needsReview: statusCount.NEEDS_REVIEW ?? 0,
    disqualified: statusCount.DISQUALIFIED ?? 0,
    offeredLeads: leads.filter((lead) => lead.offers.some(wasOffered)).length,
    offersByStatus: count(offers.map(({ status }) => status)),
    soldLeads: statusCount.SOLD ?? 0,
    soldPlaces: sales.length,
    soldByMode: count(offers.filter(({ id }) => soldOffers.has(id)).map(({ mode }) => mode)),
    unsold: statusCount.UNSOLD ?? 0,
    unsoldByReason: count(leads.filter(({ status }) => status === 'UNSOLD').map(mainReason)),
    queued: statusCount.QUEUED ?? 0,
    stuck: leads.filter((lead) => !isSettled(lead)).map(({ externalId, id }) => externalId ?? id),
    lost: lostOf(posted, leads),
    revenueCents: charges.reduce((sum, { priceCents }) => sum + priceCents, 0),
    charges: charges.length,
    wronglyCharged: wronglyCharged(sales, charges),
    unlikeQuote: charges
      .filter(({ priceCents, quote }) => quote?.priceCents !== priceCents)
      .map(({ offer }) => offer.id),
    postingsSumCents: state.postingsSumCents,
    elapsedMs: Math.round(elapsedMs),
    leadsPerSecond: Math.round((leads.length / (elapsedMs / 1_000)) * 10) / 10,
  };
}

const early = new Set(['REJECTED', 'DUPLICATE', 'VALIDATED', 'QUALIFYING', 'NEEDS_REVIEW', 'DISQUALIFIED']);

function wasQualified({ status }: RunLead): boolean {
  return !early.has(status);
}

function wasOffered({ status, settlement, hold }: RunLead['offers'][number]): boolean {
  return status !== 'RESERVED' && !(status === 'CANCELLED' && hold === null && settlement === 'NONE');
}

function wasReplayed(outcome: PostedLead['outcome']): boolean {
  return outcome.kind === 'REPLAYED' || (outcome.kind === 'REJECTED' && outcome.replayed);
}

/** Why nobody could have the lead, or the reason that kept most of its campaigns away in the last decision. */
function mainReason({ routing }: RunLead): string {
  const last = routing?.rounds.at(-1);
  const [first] = (last?.reasons ?? []).toSorted(
    (a, b) => b.campaigns - a.campaigns || a.reason.localeCompare(b.reason),
  );
  return last?.gate ?? first?.reason ?? 'NO_CAMPAIGN';
}

/** Submissions that the platform answered with an id but has no lead of. */
function lostOf(posted: readonly PostedLead[], leads: readonly RunLead[]): string[] {
  const ids = new Set(leads.map(({ id }) => id));
  return posted
    .filter(({ outcome }) => outcome.leadId !== null && !ids.has(outcome.leadId))
    .map(({ lead }) => lead.externalId);
}

/** Offers that were sold without a charge, charged without a sale, charged or sold twice, or sold at another price than charged. */
function wronglyCharged(sales: RunLead['buyers'], charges: RunState['charges']): string[] {
  const sold = Map.groupBy(sales, ({ offerId }) => offerId);
  const charged = Map.groupBy(charges, ({ offer }) => offer.id);
  return [...new Set([...sold.keys(), ...charged.keys()])].filter((offerId) => {
    const [sale, ...moreSales] = sold.get(offerId) ?? [];
    const [charge, ...moreCharges] = charged.get(offerId) ?? [];
    return moreSales.length > 0 || moreCharges.length > 0 || !sale || !charge || sale.priceCents !== charge.priceCents;
  });
}

function count(names: readonly string[]): Tally {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
