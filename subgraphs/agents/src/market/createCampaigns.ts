import { uuidv7 } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import type { CampaignFilterInput, CampaignInput, CapInput } from '../graphql/campaignInputs.js';
import type { CampaignFilter } from '../routing/campaignFilter.js';
import type { Cap } from '../routing/caps.js';
import type { Opening } from '../routing/schedule.js';
import type { Campaign } from '../store/campaign.js';
import { insertCampaigns } from '../store/marketStore.js';

/** Makes campaigns of existing agents, in a few statements however many they are. */
export async function createCampaigns(
  tx: EntityManager,
  wanted: readonly { agentId: string; input: CampaignInput }[],
  now: Date,
): Promise<Campaign[]> {
  const campaigns = wanted.map(({ agentId, input }) => ({
    id: uuidv7(),
    agentId,
    name: input.name,
    line: input.line,
    states: input.states,
    zips: input.zips ?? [],
    filters: toFilters(input.filters ?? []),
    minScore: input.minScore ?? 0,
    mode: input.mode,
    bidCents: input.bidCents,
    priority: input.priority ?? 0,
    weight: input.weight ?? 1,
    caps: toCaps(input.caps ?? []),
    schedule: toSchedule(input.schedule ?? []),
    autoAccept: input.autoAccept ?? false,
    status: input.status ?? ('ACTIVE' as const),
    version: 1,
    createdAt: now,
  }));
  await insertCampaigns(tx, campaigns);
  return campaigns;
}

export function toFilters(inputs: readonly CampaignFilterInput[]): CampaignFilter[] {
  return inputs.map(({ field, operator, values, allowMissing }) => ({
    field,
    operator,
    values,
    allowMissing: allowMissing ?? false,
  }));
}

export function toCaps(inputs: readonly CapInput[]): Cap[] {
  return inputs.map(({ period, count, spendCents }) => ({
    period,
    count: count ?? null,
    spendCents: spendCents ?? null,
  }));
}

export function toSchedule(inputs: readonly Opening[]): Opening[] {
  return inputs.map(({ day, from, to }) => ({ day, from, to }));
}
