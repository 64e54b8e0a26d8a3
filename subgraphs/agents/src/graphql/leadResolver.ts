import { CachedWithin, DateTime, ListSize, OnlyFor, SafeInt } from '@leadgraph/kit';
import { Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { TraceEntry } from '../routing/planRound.js';
import type { RoutingState } from '../routing/routingState.js';
import type { PoolStrategy, SaleMode } from '../routing/vocabulary.js';
import { Agent } from '../store/agent.js';
import { Campaign } from '../store/campaign.js';
import { Offer } from '../store/offer.js';
import type { Routing, RoutingRound } from '../store/routing.js';
import type { AgentsContext } from './agentsContext.js';
import { PoolStrategyEnum, RoutingReasonEnum, RoutingStateEnum, SaleModeEnum, TraceOutcomeEnum } from './enums.js';
import { Lead } from './stubs.js';
import { seesAgent, seesMarket, seesOffer } from './visibility.js';

@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@CachedWithin()
@ObjectType({ description: 'Why one campaign won or lost.' })
export class RoutingTraceEntry {
  campaignId: string;
  agentId: string;

  @Field(() => SaleModeEnum)
  mode: SaleMode;

  @Field(() => TraceOutcomeEnum)
  outcome: string;

  @Field(() => RoutingReasonEnum, { nullable: true, description: 'The first reason that applied; null for a winner.' })
  reason: string | null;

  @Field(() => Int, { nullable: true, description: 'The place in the order of those that passed, from 1.' })
  rank: number | null;

  @Field(() => SafeInt, { description: 'What it would pay.' })
  priceCents: number;

  @Field(() => SafeInt)
  bidCents: number;

  @Field(() => DateTime, { nullable: true, description: 'When its schedule opens, if nothing else kept it out.' })
  opensAt: Date | null;
}

@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@CachedWithin()
@ObjectType()
export class RoutingReasonCount {
  @Field(() => RoutingReasonEnum)
  reason: string;

  @Field(() => Int)
  campaigns: number;
}

@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@CachedWithin()
@ObjectType('RoutingRound', { description: 'One decision: a round, or the replacement of an offer within it.' })
export class RoutingRoundType {
  @Field(() => Int)
  round: number;

  @Field(() => Int, {
    description: '0 is the round itself; the others replaced offers that failed before their agent saw them.',
  })
  step: number;

  @Field(() => DateTime)
  decidedAt: Date;

  @Field(() => RoutingReasonEnum, { nullable: true, description: 'Why the lead could not be offered to anybody.' })
  gate: string | null;

  @Field(() => SaleModeEnum, { nullable: true })
  mode: SaleMode | null;

  @Field(() => PoolStrategyEnum)
  strategy: PoolStrategy;

  @OnlyFor('OPERATOR', 'FRONTEND')
  @Field(() => SafeInt, { nullable: true, description: 'The best exclusive price. Operators and frontends only.' })
  exclusiveCents: number | null;

  @OnlyFor('OPERATOR', 'FRONTEND')
  @Field(() => SafeInt, {
    nullable: true,
    description: 'The sum of the best shared prices. Operators and frontends only.',
  })
  sharedCents: number | null;

  @ListSize(20)
  @Field(() => [RoutingReasonCount], {
    description: 'How many campaigns lost for which reason, those for other lines and states included.',
  })
  reasons: RoutingReasonCount[];

  @ListSize(20)
  @Field(() => [RoutingTraceEntry], {
    description: 'Every campaign that is set up for the lead’s line and state; for an agent its own.',
  })
  trace: RoutingTraceEntry[];
}

@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@CachedWithin()
@ObjectType({ description: 'How the lead found its buyers, or why it did not.' })
export class LeadRouting {
  leadId: string;

  @Field(() => RoutingStateEnum)
  state: RoutingState;

  @Field(() => Int, { description: 'The number of the last round.' })
  round: number;

  @Field(() => SaleModeEnum, { nullable: true })
  mode: SaleMode | null;

  @Field(() => Int)
  maxSales: number;

  @Field(() => Int, { description: 'Accepted offers; never more than maxSales.' })
  acceptedCount: number;

  @Field(() => DateTime, { nullable: true, description: 'When a QUEUED lead is routed again.' })
  retryAt: Date | null;

  @ListSize(5)
  @Field(() => [RoutingRoundType])
  rounds: RoutingRoundType[];
}

@Resolver(() => Lead)
export class LeadOffersResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @ListSize(10)
  @FieldResolver(() => [Offer], { description: 'Operators and frontends: all of its offers; an agent: its own.' })
  async offers(@Root() lead: Lead, @Ctx() { loaders, identity }: AgentsContext): Promise<Offer[]> {
    const offers = await loaders.offersOfLead.load(lead.id);
    return offers.filter((offer) => seesOffer(identity, offer));
  }

  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @FieldResolver(() => LeadRouting, { nullable: true, description: 'Null before the lead was qualified.' })
  routing(@Root() lead: Lead, @Ctx() { loaders }: AgentsContext): Promise<Routing | null> {
    return loaders.routings.load(lead.id);
  }
}

@Resolver(() => LeadRouting)
export class LeadRoutingResolver {
  @FieldResolver(() => [RoutingRoundType])
  async rounds(@Root() routing: LeadRouting, @Ctx() { loaders, identity }: AgentsContext): Promise<RoutingRoundType[]> {
    const rounds = await loaders.roundsOfLead.load(routing.leadId);
    return rounds.map((round) => shownRound(round, identity));
  }
}

@Resolver(() => RoutingTraceEntry)
export class RoutingTraceEntryResolver {
  @FieldResolver(() => Campaign)
  campaign(@Root() entry: RoutingTraceEntry, @Ctx() { loaders }: AgentsContext): Promise<Campaign | null> {
    return loaders.campaigns.load(entry.campaignId);
  }

  @FieldResolver(() => Agent)
  agent(@Root() entry: RoutingTraceEntry, @Ctx() { loaders }: AgentsContext): Promise<Agent | null> {
    return loaders.agents.load(entry.agentId);
  }
}

/** What others bid and why they lost is between them and the operators: an agent sees its own campaigns. */
function shownRound(round: RoutingRound, identity: AgentsContext['identity']): RoutingRoundType {
  const all = seesMarket(identity);
  const trace = round.trace.filter(({ agentId }) => seesAgent(identity, agentId));
  return {
    round: round.round,
    step: round.step,
    decidedAt: round.decidedAt,
    gate: round.gate,
    mode: round.mode,
    strategy: round.strategy,
    exclusiveCents: round.exclusiveCents,
    sharedCents: round.sharedCents,
    reasons: countReasons(trace, all ? round : null),
    trace: trace.map((entry) => ({ ...entry, opensAt: entry.opensAt === null ? null : new Date(entry.opensAt) })),
  };
}

/** By reason; `round` adds the campaigns that were not looked at, because LINE or GEO kept them out. */
function countReasons(
  trace: readonly TraceEntry[],
  round: Pick<RoutingRound, 'otherLineCount' | 'otherStateCount'> | null,
): RoutingReasonCount[] {
  const counts = new Map<string, number>();
  const add = (reason: string | null, campaigns: number) => {
    if (reason !== null && campaigns > 0) counts.set(reason, (counts.get(reason) ?? 0) + campaigns);
  };
  for (const { reason } of trace) add(reason, 1);
  add('LINE', round?.otherLineCount ?? 0);
  add('GEO', round?.otherStateCount ?? 0);
  return [...counts].map(([reason, campaigns]) => ({ reason, campaigns }));
}
