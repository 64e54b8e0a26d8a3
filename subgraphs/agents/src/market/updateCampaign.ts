import { emit, isUuid, notFound } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import type { AgentsRules } from '../agentsRules.js';
import type { UpdateCampaignInput } from '../graphql/campaignInputs.js';
import { Campaign } from '../store/campaign.js';
import { replaceCampaignStates } from '../store/marketStore.js';
import { toCaps, toFilters, toSchedule } from './createCampaigns.js';

/** Changes a campaign; what was left out stays. Offers that are out keep their terms. NOT_FOUND for an unknown id. */
export async function updateCampaign(
  tx: EntityManager,
  id: string,
  input: UpdateCampaignInput,
  rules: AgentsRules,
): Promise<Campaign> {
  const repository = tx.getRepository(Campaign);
  const campaign = isUuid(id) ? await repository.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } }) : null;
  if (!campaign) throw notFound('Campaign', id);
  campaign.name = input.name ?? campaign.name;
  campaign.zips = input.zips ?? campaign.zips;
  campaign.filters = input.filters ? toFilters(input.filters) : campaign.filters;
  campaign.minScore = input.minScore ?? campaign.minScore;
  campaign.bidCents = input.bidCents ?? campaign.bidCents;
  campaign.priority = input.priority ?? campaign.priority;
  campaign.weight = input.weight ?? campaign.weight;
  campaign.caps = input.caps ? toCaps(input.caps) : campaign.caps;
  campaign.schedule = input.schedule ? toSchedule(input.schedule) : campaign.schedule;
  campaign.autoAccept = input.autoAccept ?? campaign.autoAccept;
  campaign.status = input.status ?? campaign.status;
  campaign.version += 1;
  if (input.states) {
    campaign.states = input.states;
    await replaceCampaignStates(tx, campaign);
  }
  await repository.save(campaign);
  await announceCampaign(tx, campaign, rules);
  return campaign;
}

/** Tells that a campaign is new or changed. */
export async function announceCampaign(tx: EntityManager, campaign: Campaign, { clock }: AgentsRules): Promise<void> {
  const now = clock.now();
  await emit(tx, {
    type: 'agents.campaign.changed',
    partitionKey: campaign.agentId,
    entities: [
      { __typename: 'Campaign', key: campaign.id, version: campaign.version },
      { __typename: 'Agent', key: campaign.agentId, version: now.getTime() },
    ],
    payload: { campaignId: campaign.id, agentId: campaign.agentId, status: campaign.status },
    occurredAt: now,
  });
}
