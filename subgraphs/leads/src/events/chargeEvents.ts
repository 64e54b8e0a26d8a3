import { defineConsumer } from '@leadgraph/kit';
import type { EventMessage } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { LeadsTools } from '../leadsTools.js';
import { announceLead, changeLead, type LeadAnnouncement } from '../lifecycle/changeLead.js';
import { canBecome } from '../lifecycle/leadStatus.js';
import { costOfSale } from '../reports/leadCost.js';
import { insertBuyer, readBuyer } from '../store/buyerStore.js';
import type { BuyerRow } from '../store/buyerTable.js';
import { findLead } from './findLead.js';

/** What leads does on the events of payments: a captured charge sells a place. */
export function chargeConsumer(tools: LeadsTools) {
  return defineConsumer({
    from: 'payments',
    handlers: { 'payments.charge.captured': (tx, message) => captured(tools, tx, message) },
  });
}

/**
 * A charge was captured: the place is sold, once for each offer, whatever else has been heard of the lead. Heard again under a new id, the
 * sale is announced again as it was, for whoever asked because it missed the first announcement.
 *
 * A lead that was withdrawn or erased while the money was on its way keeps its status: the sale is recorded, so that it can be settled
 * and returned, and the contact stays hidden from this buyer.
 */
async function captured(
  tools: LeadsTools,
  tx: EntityManager,
  { payload }: EventMessage<'payments.charge.captured'>,
): Promise<void> {
  const { leadId, offerId, agentId, chargeId, priceCents } = payload;
  const lead = await findLead(tx, leadId);
  const known = await readBuyer(tx, offerId);
  if (known) {
    await announceLead(tx, lead, saleOf(known), { occurredAt: tools.clock.now(), again: true });
    return;
  }
  const saleNumber = lead.soldCount + 1;
  const soldAt = tools.clock.now();
  const costCents = costOfSale(lead, priceCents);
  const buyer: BuyerRow = {
    ...{ offerId, leadId, agentId, chargeId, priceCents, costCents, saleNumber },
    ...{ soldAt, boundAt: null, returnedAt: null },
  };
  const becomesSold = canBecome(lead.status, 'SOLD');
  await changeLead(tools, tx, lead, {
    ...(becomesSold ? { to: 'SOLD' } : { type: 'SOLD_AGAIN' }),
    reason: `sale ${saleNumber} of ${lead.maxSales}`,
    set: { soldCount: saleNumber, retryAt: null },
    data: { offerId, agentId, chargeId, priceCents },
    money: { sales: 1, revenue_cents: priceCents, cost_cents: costCents },
    announce: () => saleOf(buyer),
  });
  // Behind the lead, of whose new status a sale takes its copy.
  await insertBuyer(tx, buyer);
}

function saleOf({ leadId, agentId, offerId, chargeId, priceCents, saleNumber }: BuyerRow): LeadAnnouncement {
  return {
    type: 'leads.lead.sold',
    payload: { leadId, agentId, offerId, chargeId, priceCents, soldCount: saleNumber },
  };
}
