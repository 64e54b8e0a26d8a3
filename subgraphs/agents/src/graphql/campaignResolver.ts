import {
  Cached,
  connectionOf,
  isUuid,
  ListSize,
  OnlyFor,
  type Page,
  PageArgs,
  PageSize,
  UNTIL_CHANGED,
} from '@leadgraph/kit';
import { Arg, Args, Ctx, Field, FieldResolver, ID, InputType, Query, Resolver, Root } from 'type-graphql';
import type { CampaignStatus, Line, SaleMode } from '../routing/vocabulary.js';
import { Agent } from '../store/agent.js';
import { Campaign } from '../store/campaign.js';
import { listCampaigns, listPools } from '../store/marketLists.js';
import { Pool } from '../store/pool.js';
import { uuidArg } from './agentResolver.js';
import type { AgentsContext } from './agentsContext.js';
import { CampaignStatusEnum, LineEnum, SaleModeEnum } from './enums.js';
import { seesAgent } from './visibility.js';

export const CampaignConnection = connectionOf('Campaign', Campaign);

@InputType()
export class CampaignFilterBy {
  @Field(() => ID, { nullable: true })
  agentId?: string | null;

  @Field(() => LineEnum, { nullable: true })
  line?: Line | null;

  @Field(() => String, { nullable: true, description: 'Campaigns that want leads of this state.' })
  state?: string | null;

  @Field(() => SaleModeEnum, { nullable: true })
  mode?: SaleMode | null;

  @Field(() => CampaignStatusEnum, { nullable: true })
  status?: CampaignStatus | null;
}

@Resolver(() => Campaign)
export class CampaignResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @Cached({ maxAge: UNTIL_CHANGED })
  @Query(() => Campaign, { nullable: true })
  async campaign(@Arg('id', () => ID) id: string, @Ctx() context: AgentsContext): Promise<Campaign | null> {
    return visibleCampaign(id, context);
  }

  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @PageSize()
  @Query(() => CampaignConnection, { description: 'Operators and frontends: all campaigns; an agent: its own.' })
  campaigns(
    @Arg('filter', () => CampaignFilterBy, { nullable: true }) filter: CampaignFilterBy | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { db, stale, identity }: AgentsContext,
  ): Promise<Page<Campaign>> {
    if (filter?.agentId != null) uuidArg(filter.agentId);
    // An agent changes its campaigns and looks at them again.
    if (identity.kind === 'AGENT') return listCampaigns(db, { ...filter, own: uuidArg(identity.sub) }, page);
    return stale.page((source) => listCampaigns(source, filter ?? {}, page));
  }

  @OnlyFor('OPERATOR', 'FRONTEND')
  @ListSize(400)
  @Query(() => [Pool], { description: 'How leads are shared out, by line and state. At most 500.' })
  pools(
    @Arg('line', () => LineEnum, { nullable: true }) line: Line | null | undefined,
    @Ctx() { stale }: AgentsContext,
  ): Promise<Pool[]> {
    return stale.read((db) => listPools(db, line));
  }

  @FieldResolver(() => Agent)
  agent(@Root() campaign: Campaign, @Ctx() { loaders }: AgentsContext): Promise<Agent | null> {
    return loaders.agents.load(campaign.agentId);
  }
}

/** A campaign that the caller may see; null for others'. */
export async function visibleCampaign(id: string, { identity, loaders }: AgentsContext): Promise<Campaign | null> {
  const campaign = isUuid(id) ? await loaders.campaigns.load(id) : null;
  return campaign && seesAgent(identity, campaign.agentId) ? campaign : null;
}
