import { keysetPage, type Page } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import { type AgentStatus, type CampaignStatus, type Line, lines, type SaleMode } from '../routing/vocabulary.js';
import { Agency } from './agency.js';
import { Agent } from './agent.js';
import { Campaign } from './campaign.js';
import { Pool } from './pool.js';

interface PageOf {
  first: number;
  after?: string | null;
}

const MOST_POOLS = 500;

/** Reads a page of agencies, the newest last. */
export function listAgencies(db: DataSource, page: PageOf): Promise<Page<Agency>> {
  return keysetPage({
    list: 'agencies',
    query: db.createQueryBuilder(Agency, 'agency'),
    sort: [{ expression: 'agency.id', type: 'uuid', value: ({ id }) => id }],
    direction: 'ASC',
    page,
  });
}

/** Reads a page of agents, the newest last. */
export function listAgents(
  db: DataSource,
  filter: { status?: AgentStatus | null; agencyId?: string | null; npn?: string | null },
  page: PageOf,
): Promise<Page<Agent>> {
  const query = db.createQueryBuilder(Agent, 'agent').where('true');
  if (filter.status != null) query.andWhere('agent.status = :status', { status: filter.status });
  if (filter.agencyId != null) query.andWhere('agent.agencyId = :agencyId', { agencyId: filter.agencyId });
  if (filter.npn != null) query.andWhere('agent.npn = :npn', { npn: filter.npn });
  return keysetPage({
    list: 'agents',
    query,
    sort: [{ expression: 'agent.id', type: 'uuid', value: ({ id }) => id }],
    direction: 'ASC',
    page,
  });
}

export interface CampaignListFilter {
  /** Only this agent's, whoever else is asked for. */
  own?: string | undefined;
  agentId?: string | null | undefined;
  line?: Line | null | undefined;
  state?: string | null | undefined;
  mode?: SaleMode | null | undefined;
  status?: CampaignStatus | null | undefined;
}

/** Reads a page of campaigns, the newest last. Those of a state are found by routing's own index of them. */
export function listCampaigns(
  db: DataSource,
  { own, agentId, line, state, mode, status }: CampaignListFilter,
  page: PageOf,
): Promise<Page<Campaign>> {
  const query = db.createQueryBuilder(Campaign, 'campaign').where('true');
  if (own != null) query.andWhere('campaign.agentId = :own', { own });
  if (agentId != null) query.andWhere('campaign.agentId = :agentId', { agentId });
  if (line != null) query.andWhere('campaign.line = :line', { line });
  if (state != null) {
    // All lines by name: before PostgreSQL 18 the index cannot be entered by its second column alone.
    query.andWhere(
      'campaign.id IN (SELECT wanted.campaign_id FROM campaign_state AS wanted WHERE wanted.line = ANY(:lines) AND wanted.state = :state)',
      { lines: line == null ? lines : [line], state },
    );
  }
  if (mode != null) query.andWhere('campaign.mode = :mode', { mode });
  if (status != null) query.andWhere('campaign.status = :status', { status });
  return keysetPage({
    list: 'campaigns',
    query,
    sort: [{ expression: 'campaign.id', type: 'uuid', value: ({ id }) => id }],
    direction: 'ASC',
    page,
  });
}

/** The pools of a line, or of all, by line and state. */
export function listPools(db: DataSource, line: Line | null | undefined): Promise<Pool[]> {
  return db.getRepository(Pool).find({
    where: line == null ? {} : { line },
    order: { line: 'ASC', state: 'ASC' },
    take: MOST_POOLS,
  });
}
