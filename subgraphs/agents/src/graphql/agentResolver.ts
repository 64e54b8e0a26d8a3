import {
  Cached,
  connectionOf,
  DomainError,
  disclose,
  type Identity,
  isUuid,
  LARGEST_PAGE,
  ListSize,
  OnlyFor,
  type Page,
  PageArgs,
  PageSize,
  UNTIL_CHANGED,
} from '@leadgraph/kit';
import { Arg, Args, Ctx, Field, FieldResolver, ID, InputType, Int, Query, Resolver, Root } from 'type-graphql';
import type { AssignmentStatus } from '../offers/assignmentStatus.js';
import type { OfferStatus } from '../offers/offerStatus.js';
import type { AgentStatus } from '../routing/vocabulary.js';
import { Agency } from '../store/agency.js';
import { Agent } from '../store/agent.js';
import { Assignment } from '../store/assignment.js';
import { Campaign } from '../store/campaign.js';
import { License } from '../store/license.js';
import { listAgencies, listAgents } from '../store/marketLists.js';
import { Notification } from '../store/notification.js';
import { Offer } from '../store/offer.js';
import type { AgentsContext } from './agentsContext.js';
import { AgentStatusEnum, AssignmentStatusEnum, OfferStatusEnum } from './enums.js';
import { seenStatuses, seesAgent } from './visibility.js';

export const AgentConnection = connectionOf('Agent', Agent);
export const AgencyConnection = connectionOf('Agency', Agency);

@InputType()
export class AgentFilter {
  @Field(() => AgentStatusEnum, { nullable: true })
  status?: AgentStatus | null;

  @Field(() => ID, { nullable: true })
  agencyId?: string | null;

  @Field(() => String, { nullable: true })
  npn?: string | null;
}

@Resolver(() => Agent)
export class AgentResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @Cached({ maxAge: UNTIL_CHANGED })
  @Query(() => Agent, { nullable: true, description: 'Operators and frontends: any agent; an agent: itself.' })
  agent(@Arg('id', () => ID) id: string, @Ctx() context: AgentsContext): Promise<Agent | null> {
    return visibleAgent(id, context);
  }

  @OnlyFor('AGENT')
  @Cached({ maxAge: UNTIL_CHANGED })
  @Query(() => Agent, { nullable: true, description: 'The agent that is signed in.' })
  me(@Ctx() context: AgentsContext): Promise<Agent | null> {
    return visibleAgent(context.identity.sub, context);
  }

  @OnlyFor('OPERATOR', 'FRONTEND')
  @PageSize()
  @Cached({ maxAge: 5 })
  @Query(() => AgentConnection, { description: 'All agents, the newest last. Up to 5 seconds old.' })
  agents(
    @Arg('filter', () => AgentFilter, { nullable: true }) filter: AgentFilter | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { db, stale }: AgentsContext,
  ): Promise<Page<Agent>> {
    const { npn, agencyId } = filter ?? {};
    if (agencyId != null) uuidArg(agencyId);
    // A number belongs to one agent: this looks up whether it is registered, perhaps just now.
    return npn != null
      ? listAgents(db, filter ?? {}, page)
      : stale.page((source) => listAgents(source, filter ?? {}, page));
  }

  @FieldResolver(() => String, { nullable: true, description: 'Operators, frontends and the agent itself.' })
  email(@Root() agent: Agent, @Ctx() { identity }: AgentsContext): string | null {
    return seesAgent(identity, agent.id) ? reached(agent, 'email', identity) : null;
  }

  @FieldResolver(() => String, { nullable: true, description: 'E.164. Operators, frontends and the agent itself.' })
  phone(@Root() agent: Agent, @Ctx() { identity }: AgentsContext): string | null {
    return seesAgent(identity, agent.id) ? reached(agent, 'phone', identity) : null;
  }

  @Cached({ scope: 'PUBLIC' })
  @FieldResolver(() => Agency)
  agency(@Root() agent: Agent, @Ctx() { loaders }: AgentsContext): Promise<Agency | null> {
    return loaders.agencies.load(agent.agencyId);
  }

  @ListSize(20)
  @FieldResolver(() => [License], { description: 'All of its licences; for whoever may see the agent.' })
  licenses(@Root() agent: Agent, @Ctx() { loaders, identity }: AgentsContext): Promise<License[]> | License[] {
    return seesAgent(identity, agent.id) ? loaders.licensesOfAgent.load(agent.id) : [];
  }

  @ListSize(10)
  @FieldResolver(() => [Campaign])
  campaigns(@Root() agent: Agent, @Ctx() { loaders, identity }: AgentsContext): Promise<Campaign[]> | Campaign[] {
    return seesAgent(identity, agent.id) ? loaders.campaignsOfAgent.load(agent.id) : [];
  }

  @ListSize(20, 'first')
  @FieldResolver(() => [Offer], { description: 'The newest first. The query "offers" pages through all of them.' })
  offers(
    @Root() agent: Agent,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('status', () => [OfferStatusEnum], { nullable: true }) status: OfferStatus[] | null | undefined,
    @Ctx() { loaders, identity }: AgentsContext,
  ): Promise<Offer[]> | Offer[] {
    const list = { first: listSize(first), statuses: seenStatuses(identity, status ?? null) };
    return seesAgent(identity, agent.id) ? loaders.offersOfAgent(list).load(agent.id) : [];
  }

  @ListSize(20, 'first')
  @FieldResolver(() => [Assignment], { description: 'The newest first.' })
  assignments(
    @Root() agent: Agent,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('status', () => [AssignmentStatusEnum], { nullable: true }) status: AssignmentStatus[] | null | undefined,
    @Ctx() { loaders, identity }: AgentsContext,
  ): Promise<Assignment[]> | Assignment[] {
    const list = { first: listSize(first), statuses: status ?? null };
    return seesAgent(identity, agent.id) ? loaders.assignmentsOfAgent(list).load(agent.id) : [];
  }

  @ListSize(20, 'first')
  @FieldResolver(() => [Notification], { description: 'The newest first.' })
  notifications(
    @Root() agent: Agent,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Ctx() { loaders, identity }: AgentsContext,
  ): Promise<Notification[]> | Notification[] {
    const list = { first: listSize(first) };
    return seesAgent(identity, agent.id) ? loaders.notificationsOfAgent(list).load(agent.id) : [];
  }
}

@Resolver(() => Agency)
export class AgencyResolver {
  @OnlyFor('OPERATOR', 'FRONTEND')
  @PageSize()
  @Query(() => AgencyConnection)
  agencies(@Args(() => PageArgs) page: PageArgs, @Ctx() { stale }: AgentsContext): Promise<Page<Agency>> {
    return stale.page((db) => listAgencies(db, page));
  }
}

/** An agent whom the caller may ask for; null for others and for ids that are none. */
export async function visibleAgent(id: string, { identity, loaders }: AgentsContext): Promise<Agent | null> {
  return isUuid(id) && seesAgent(identity, id) ? loaders.agents.load(id) : null;
}

/** The id if it is one; BAD_USER_INPUT else, since a filter on it could only be a mistake. */
export function uuidArg(id: string): string {
  if (isUuid(id)) return id;
  throw new DomainError('BAD_USER_INPUT', `"${id}" is not an id. Ids are UUIDs, as this API returns them.`);
}

function listSize(first: number): number {
  if (first > LARGEST_PAGE) {
    throw new DomainError('PAGE_TOO_LARGE', `A list has at most ${LARGEST_PAGE} entries; ask for fewer.`, {
      field: 'first',
    });
  }
  if (first < 1) throw new DomainError('BAD_USER_INPUT', 'Ask for at least one entry.', { field: 'first' });
  return first;
}

/** How to reach an agent: noted as disclosed to anybody but the agent itself. */
function reached(agent: Agent, field: 'email' | 'phone', { kind, sub }: Identity): string {
  if (kind !== 'AGENT' || sub !== agent.id) disclose({ __typename: 'Agent', key: agent.id }, field);
  return agent[field];
}
