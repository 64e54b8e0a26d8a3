import { connectionOf, isUuid, keysetPage, ListSize, OnlyFor, PageArgs, PageSize } from '@leadgraph/kit';
import { Arg, Args, Ctx, Field, FieldResolver, ID, InputType, Query, Resolver, Root } from 'type-graphql';
import type { CampaignStatus, Line, SaleMode } from '../routing/vocabulary.js';
import { Agent } from '../store/agent.js';
import { Campaign } from '../store/campaign.js';
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
    @Ctx() { db, identity }: AgentsContext,
  ) {
    const query = db.getRepository(Campaign).createQueryBuilder('campaign').where('true');
    if (identity.kind === 'AGENT') query.andWhere('campaign.agent_id = :own', { own: uuidArg(identity.sub) });
    if (filter?.agentId != null) {
      query.andWhere('campaign.agent_id = :agentId', { agentId: uuidArg(filter.agentId) });
    }
    if (filter?.line) query.andWhere('campaign.line = :line', { line: filter.line });
    if (filter?.state != null) query.andWhere(':state = ANY(campaign.states)', { state: filter.state });
    if (filter?.mode) query.andWhere('campaign.mode = :mode', { mode: filter.mode });
    if (filter?.status) query.andWhere('campaign.status = :status', { status: filter.status });
    return keysetPage({
      list: 'campaigns',
      query,
      sort: [{ expression: 'campaign.id', type: 'uuid', value: ({ id }) => id }],
      direction: 'ASC',
      page,
    });
  }

  @OnlyFor('OPERATOR', 'FRONTEND')
  @ListSize(400)
  @Query(() => [Pool], { description: 'How leads are shared out, by line and state. At most 500.' })
  pools(
    @Arg('line', () => LineEnum, { nullable: true }) line: Line | null | undefined,
    @Ctx() { db }: AgentsContext,
  ): Promise<Pool[]> {
    return db
      .getRepository(Pool)
      .find({ where: line ? { line } : {}, order: { line: 'ASC', state: 'ASC' }, take: 500 });
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
