import { z } from 'zod';
import { Cents, SaleMode } from './vocabulary.js';

const OfferRef = z.strictObject({ offerId: z.uuid(), leadId: z.uuid(), agentId: z.uuid() });

export const agentsEvents = {
  /** A new agent: payments opens the wallet. */
  'agents.agent.registered': z.strictObject({ agentId: z.uuid(), agencyId: z.uuid() }),
  'agents.agent.changed': z.strictObject({ agentId: z.uuid(), status: z.string() }),
  'agents.campaign.changed': z.strictObject({ campaignId: z.uuid(), agentId: z.uuid(), status: z.string() }),
  /** The quotes at hand are expired (or never came): payments makes new ones. */
  'agents.quote.requested': z.strictObject({ leadId: z.uuid() }),
  'agents.routing.started': z.strictObject({ leadId: z.uuid(), round: z.number().int().positive() }),
  /** Nobody is left to offer to. QUEUED names the time at which routing starts again. */
  'agents.routing.completed': z.strictObject({
    leadId: z.uuid(),
    round: z.number().int().nonnegative(),
    outcome: z.enum(['QUEUED', 'UNSOLD']),
    retryAt: z.iso.datetime().nullable(),
    /** How many campaigns failed for which reason. */
    reasons: z.record(z.string(), z.number().int()),
  }),
  /** What is shown of a lead's routing changed and none of the other events says so: it begins to wait for its quotes, or ends with nothing out. */
  'agents.routing.changed': z.strictObject({ leadId: z.uuid(), state: z.string() }),
  'agents.offer.reserved': OfferRef.extend({
    mode: SaleMode,
    quoteId: z.uuid(),
    /** What the agent will pay: the quote's price or, in an auction, its own bid. */
    priceCents: Cents.nonnegative(),
    /** The latest time at which the offer can still be accepted once it is out; the hold outlives it by 10 minutes. */
    windowEndsAt: z.iso.datetime(),
  }),
  'agents.offer.offered': OfferRef.extend({ expiresAt: z.iso.datetime() }),
  'agents.offer.accepted': OfferRef,
  /** The accepted offer is paid for: the lead is the agent's, its contact visible. */
  'agents.offer.settled': OfferRef,
  'agents.offer.rejected': OfferRef.extend({ reason: z.string().nullable() }),
  'agents.offer.expired': OfferRef,
  'agents.offer.cancelled': OfferRef.extend({ reason: z.enum(['NO_HOLD', 'TAKEN', 'WITHDRAWN', 'CAPTURE_FAILED']) }),
  'agents.assignment.created': z.strictObject({
    assignmentId: z.uuid(),
    offerId: z.uuid(),
    leadId: z.uuid(),
    agentId: z.uuid(),
  }),
  'agents.assignment.changed': z.strictObject({
    assignmentId: z.uuid(),
    leadId: z.uuid(),
    agentId: z.uuid(),
    status: z.string(),
  }),
  'agents.notification.queued': z.strictObject({
    notificationId: z.uuid(),
    agentId: z.uuid(),
    channel: z.enum(['EMAIL', 'SMS']),
    template: z.string(),
  }),
} as const;
