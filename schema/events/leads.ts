import { z } from 'zod';
import { AgeBand, Cents, ConsentScope, ContactChannel, Line, Tier } from './vocabulary.js';

/**
 * What the other subgraphs may know of a lead: derived facts only. No name, contact, street, birth date, VIN, IP address or unredacted
 * free text ever stands here (domain reference, "leads").
 */
export const LeadFacts = z.strictObject({
  leadId: z.uuid(),
  line: Line,
  state: z.string().length(2),
  zip: z.string().length(5),
  timeZone: z.string(),
  sourceId: z.uuid(),
  sourceName: z.string(),
  /** Whose source it is; absent in messages of builds that did not send it. */
  partner: z.string().optional(),
  /** Share of the source's earlier leads that were sold or qualified, 0–1; null while there are too few. */
  sourceQuality: z.number().min(0).max(1).nullable(),
  isTest: z.boolean(),
  receivedAt: z.iso.datetime(),
  maxSales: z.number().int().min(1),
  language: z.string(),
  ageBand: AgeBand,
  phone: z.strictObject({ present: z.boolean(), valid: z.boolean(), mobile: z.boolean().nullable() }),
  email: z.strictObject({ present: z.boolean(), valid: z.boolean() }),
  address: z.strictObject({ streetPresent: z.boolean() }),
  /** The line's details without VINs, names and free text: flat facts such as {"vehicles":2,"monthsInsured":14,"tobacco":false}. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Where the person is insured today; compared with a campaign's agent's carriers (SAME_CARRIER). */
  currentCarrier: z.string().nullable(),
  /** Free text after redaction in leads; null when there was none. */
  notes: z.string().nullable(),
  missingFields: z.array(z.string()),
  consent: z.strictObject({
    live: z.boolean(),
    scope: ConsentScope,
    /** Agency ids; only these may buy when the scope is NAMED_SELLERS. */
    sellers: z.array(z.string()),
    channels: z.array(ContactChannel),
    givenAt: z.iso.datetime(),
  }),
  /** Channels on which this person has a suppression. */
  suppressedChannels: z.array(ContactChannel),
});
export type LeadFacts = z.infer<typeof LeadFacts>;

/**
 * What subscribers can filter a lead's events by; the facts, where an event carries them, hold the same at the same path. Absent in messages of
 * builds that did not send it.
 */
export const LeadOutline = z.strictObject({
  line: Line,
  /** Null when a rejected submission named none that exists. */
  state: z.string().length(2).nullable(),
  sourceId: z.uuid(),
  isTest: z.boolean(),
});
export type LeadOutline = z.infer<typeof LeadOutline>;

const LeadRef = z.strictObject({ leadId: z.uuid(), lead: LeadOutline.optional() });
const LeadStatusChanged = LeadRef.extend({ reason: z.string().nullable() });

export const leadsEvents = {
  /** Ready to be qualified. Sent again (with a new id) by the sweeper when no qualification came. */
  'leads.lead.validated': z.strictObject({ lead: LeadFacts }),
  'leads.lead.rejected': LeadRef.extend({ codes: z.array(z.string()) }),
  'leads.lead.duplicate': LeadRef.extend({ duplicateOf: z.uuid() }),
  'leads.lead.qualifying': LeadStatusChanged,
  'leads.lead.qualified': z.strictObject({ lead: LeadFacts, score: z.number().int().min(0).max(100), tier: Tier }),
  'leads.lead.rescored': LeadRef.extend({ score: z.number().int().min(0).max(100), tier: Tier }),
  'leads.lead.needs_review': LeadStatusChanged,
  'leads.lead.disqualified': LeadStatusChanged,
  'leads.lead.routing': LeadStatusChanged,
  'leads.lead.offered': LeadStatusChanged,
  'leads.lead.queued': LeadRef.extend({
    reason: z.string().nullable(),
    retryAt: z.iso.datetime().nullable(),
  }),
  'leads.lead.unsold': LeadStatusChanged,
  'leads.lead.expired': LeadStatusChanged,
  'leads.lead.withdrawn': LeadStatusChanged,
  /** A place of the lead is sold and its contact is visible to the agent from now on. */
  'leads.lead.sold': LeadRef.extend({
    agentId: z.uuid(),
    offerId: z.uuid(),
    chargeId: z.uuid(),
    priceCents: Cents,
    soldCount: z.number().int().positive(),
  }),
  /** A source is new, or what is shown of it is not what it was. */
  'leads.source.changed': z.strictObject({ sourceId: z.uuid() }),
} as const;
