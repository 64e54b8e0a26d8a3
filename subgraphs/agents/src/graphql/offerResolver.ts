import {
  Cached,
  connectionOf,
  DateTime,
  isUuid,
  OnlyFor,
  type Page,
  PageArgs,
  PageSize,
  UNTIL_CHANGED,
} from '@leadgraph/kit';
import { Arg, Args, Ctx, Field, FieldResolver, ID, InputType, Query, Resolver, Root } from 'type-graphql';
import type { OfferStatus } from '../offers/offerStatus.js';
import { Agent } from '../store/agent.js';
import { Assignment } from '../store/assignment.js';
import { Campaign } from '../store/campaign.js';
import { Offer } from '../store/offer.js';
import { listOffers } from '../store/offerList.js';
import { uuidArg } from './agentResolver.js';
import type { AgentsContext } from './agentsContext.js';
import { OfferStatusEnum } from './enums.js';
import { Lead, Quote } from './stubs.js';
import { seenStatuses, seesOffer } from './visibility.js';

export const OfferConnection = connectionOf('Offer', Offer);

/** Lists without a date filter reach back this far. */
const LAST_DAYS_MS = 90 * 86_400_000;

@InputType()
export class OfferFilter {
  @Field(() => [OfferStatusEnum], { nullable: true, description: 'Any of these.' })
  status?: OfferStatus[] | null;

  @Field(() => ID, { nullable: true })
  agentId?: string | null;

  @Field(() => ID, { nullable: true })
  leadId?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Made at this time or later. Default: the last 90 days.' })
  since?: Date | null;
}

@Resolver(() => Offer)
export class OfferResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @Cached({ maxAge: UNTIL_CHANGED })
  @Query(() => Offer, { nullable: true })
  async offer(@Arg('id', () => ID) id: string, @Ctx() context: AgentsContext): Promise<Offer | null> {
    return visibleOffer(id, context);
  }

  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @PageSize()
  @Query(() => OfferConnection, {
    description: 'The newest first. Operators and frontends: all offers; an agent: its own that are or were out.',
  })
  offers(
    @Arg('filter', () => OfferFilter, { nullable: true }) filter: OfferFilter | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { db, stale, identity, clock }: AgentsContext,
  ): Promise<Page<Offer>> {
    const { agentId, leadId, since, status } = filter ?? {};
    for (const id of [agentId, leadId]) if (id != null) uuidArg(id);
    const wanted = {
      agentId,
      leadId,
      since: since ?? new Date(clock.now().getTime() - LAST_DAYS_MS),
      statuses: seenStatuses(identity, status ?? null),
    };
    // An agent accepts what it finds here, and looks again when it has been told of an offer.
    if (identity.kind === 'AGENT') return listOffers(db, { ...wanted, own: uuidArg(identity.sub) }, page);
    return stale.page((source) => listOffers(source, wanted, page));
  }

  @FieldResolver(() => Lead)
  lead(@Root() offer: Offer): Lead {
    return { id: offer.leadId };
  }

  @FieldResolver(() => Agent)
  agent(@Root() offer: Offer, @Ctx() { loaders }: AgentsContext): Promise<Agent | null> {
    return loaders.agents.load(offer.agentId);
  }

  @FieldResolver(() => Campaign)
  campaign(@Root() offer: Offer, @Ctx() { loaders }: AgentsContext): Promise<Campaign | null> {
    return loaders.campaigns.load(offer.campaignId);
  }

  @FieldResolver(() => Quote, { description: 'Where the price stands with its breakdown.' })
  quote(@Root() offer: Offer): Quote {
    return { id: offer.quoteId };
  }

  @FieldResolver(() => Assignment, { nullable: true, description: 'What became of it once it was settled.' })
  assignment(@Root() offer: Offer, @Ctx() { loaders }: AgentsContext): Promise<Assignment | null> {
    return loaders.assignmentOfOffer.load(offer.id);
  }
}

@Resolver(() => Assignment)
export class AssignmentResolver {
  @FieldResolver(() => Offer)
  offer(@Root() assignment: Assignment, @Ctx() { loaders }: AgentsContext): Promise<Offer | null> {
    return loaders.offers.load(assignment.offerId);
  }

  @FieldResolver(() => Lead)
  lead(@Root() assignment: Assignment): Lead {
    return { id: assignment.leadId };
  }

  @FieldResolver(() => Agent)
  agent(@Root() assignment: Assignment, @Ctx() { loaders }: AgentsContext): Promise<Agent | null> {
    return loaders.agents.load(assignment.agentId);
  }
}

/** An offer that the caller may see; null for others', and for an agent's own before it is out. */
export async function visibleOffer(id: string, { identity, loaders }: AgentsContext): Promise<Offer | null> {
  const offer = isUuid(id) ? await loaders.offers.load(id) : null;
  return offer && seesOffer(identity, offer) ? offer : null;
}
