import type { EntityManager } from 'typeorm';
import { isWaiting } from '../offers/offerStatus.js';
import type { CampaignFilter } from '../routing/campaignFilter.js';
import type { Candidate } from '../routing/candidate.js';
import type { Cap } from '../routing/caps.js';
import type { License } from '../routing/licenseRules.js';
import type { Opening } from '../routing/schedule.js';
import type { AgentStatus, Availability, CampaignStatus, Line, SaleMode } from '../routing/vocabulary.js';
import type { Offer } from './offer.js';
import { type UsageRow, usageOf } from './usageStore.js';

interface CandidateRow extends UsageRow {
  campaign_id: string;
  agent_id: string;
  agency_id: string;
  status: CampaignStatus;
  line: Line;
  states: string[];
  zips: string[];
  filters: CampaignFilter[];
  min_score: number;
  mode: SaleMode;
  bid_cents: string;
  priority: number;
  weight: number;
  caps: Cap[];
  schedule: Opening[];
  auto_accept: boolean;
  agent_status: AgentStatus;
  availability: Availability;
  time_zone: string;
  carriers: string[];
  licenses: License[] | null;
  available_cents: string | null;
  open_offers: number;
  last_offered_at: Date | null;
  decided: number;
  accepted: number;
}

/**
 * Every campaign that is set up for a lead's line and state, with all that decides about it. One statement, led by the index on (line, state);
 * campaigns of other lines and states are never looked at. `offers` are those that the lead has had so far.
 */
export async function readCandidates(
  tx: EntityManager,
  lead: { line: Line; state: string },
  offers: readonly Offer[],
): Promise<Candidate[]> {
  const rows: CandidateRow[] = await tx.query(
    `SELECT campaign.id AS campaign_id, campaign.agent_id, agent.agency_id, campaign.status, campaign.line, campaign.states,
       campaign.zips, campaign.filters, campaign.min_score, campaign.mode, campaign.bid_cents, campaign.priority,
       campaign.weight, campaign.caps, campaign.schedule, campaign.auto_accept,
       agent.status AS agent_status, agent.availability, agent.time_zone, agent.carriers,
       licenses.licenses, wallet.available_cents, waiting.open_offers, usage.*
     FROM campaign_state
     JOIN campaign ON campaign.id = campaign_state.campaign_id
     JOIN agent ON agent.id = campaign.agent_id
     JOIN campaign_usage AS usage ON usage.campaign_id = campaign.id
     LEFT JOIN wallet ON wallet.agent_id = campaign.agent_id
     LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('state', license.state, 'lineOfAuthority', license.line_of_authority,
         'effective', license.effective, 'expires', license.expires, 'status', license.status)) AS licenses
       FROM license WHERE license.agent_id = agent.id AND license.state = campaign_state.state
     ) AS licenses ON true
     LEFT JOIN LATERAL (
       SELECT count(*)::int AS open_offers FROM offer
       WHERE offer.agent_id = agent.id AND offer.status IN ('RESERVED', 'OFFERED')
     ) AS waiting ON true
     WHERE campaign_state.line = $1 AND campaign_state.state = $2 AND campaign.status <> 'ARCHIVED'
     ORDER BY campaign.id`,
    [lead.line, lead.state],
  );
  return rows.map((row) => ({ ...toCandidate(row), alreadyOffered: wasOffered(row, offers) }));
}

/**
 * A lead counts as offered to the agent of an offer that it saw or that is still out, and to the campaign of one that failed before the agent
 * saw it; not when only the quote had run out, since that says nothing about the buyer.
 */
function wasOffered(campaign: { campaign_id: string; agent_id: string }, offers: readonly Offer[]): boolean {
  return offers.some(({ agentId, campaignId, status, offeredAt, refusal }) => {
    const seenOrOut = offeredAt !== null || isWaiting(status) || status === 'ACCEPTED';
    if (agentId === campaign.agent_id && seenOrOut) return true;
    return campaignId === campaign.campaign_id && refusal !== 'QUOTE_EXPIRED' && refusal !== 'QUOTE_UNKNOWN';
  });
}

function toCandidate(row: CandidateRow): Omit<Candidate, 'alreadyOffered'> {
  return {
    campaignId: row.campaign_id,
    agentId: row.agent_id,
    agencyId: row.agency_id,
    status: row.status,
    line: row.line,
    states: row.states,
    zips: row.zips,
    filters: row.filters,
    minScore: row.min_score,
    mode: row.mode,
    bidCents: Number(row.bid_cents),
    priority: row.priority,
    weight: row.weight,
    caps: row.caps,
    schedule: row.schedule,
    autoAccept: row.auto_accept,
    agent: {
      status: row.agent_status,
      availability: row.availability,
      timeZone: row.time_zone,
      carriers: row.carriers,
      licenses: row.licenses ?? [],
      availableCents: row.available_cents === null ? null : Number(row.available_cents),
      openOffers: row.open_offers,
    },
    usage: usageOf(row),
    lastOfferedAt: row.last_offered_at,
    decided: row.decided,
    accepted: row.accepted,
  };
}
