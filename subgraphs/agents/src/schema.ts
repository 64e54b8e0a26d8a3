import { createSubgraphSchema, isUuid, type SubgraphSchema } from '@leadgraph/kit';
import { AgentMutations } from './graphql/agentMutations.js';
import { AgencyResolver, AgentResolver } from './graphql/agentResolver.js';
import type { AgentsContext } from './graphql/agentsContext.js';
import { CampaignResolver, visibleCampaign } from './graphql/campaignResolver.js';
import { HealthResolver } from './graphql/healthResolver.js';
import { LeaderboardResolver } from './graphql/leaderboard.js';
import { LeadOffersResolver, LeadRoutingResolver, RoutingTraceEntryResolver } from './graphql/leadResolver.js';
import { MarketMutations } from './graphql/marketMutations.js';
import { OfferEventsResolver } from './graphql/offerEvents.js';
import { AssignmentResolver, OfferResolver, visibleOffer } from './graphql/offerResolver.js';
import { OfferWindowResolver } from './graphql/offerWindowResolver.js';
import { seesAgent } from './graphql/visibility.js';

/** The subgraph's schema; needs no store and no configuration. */
export function buildAgentsSchema(): Promise<SubgraphSchema> {
  return createSubgraphSchema<AgentsContext>({
    resolvers: [
      HealthResolver,
      AgentResolver,
      AgencyResolver,
      CampaignResolver,
      OfferResolver,
      OfferEventsResolver,
      AssignmentResolver,
      LeadOffersResolver,
      LeadRoutingResolver,
      RoutingTraceEntryResolver,
      OfferWindowResolver,
      MarketMutations,
      AgentMutations,
      LeaderboardResolver,
    ],
    references: {
      Lead: ({ id }) => (isUuid(id) ? { id } : null),
      // Whoever got the id of an agent may know its name; what is the agent's own is guarded field by field.
      Agent: ({ id }, { loaders }) => (isUuid(id) ? loaders.agents.load(id) : null),
      Agency: ({ id }, { loaders }) => (isUuid(id) ? loaders.agencies.load(id) : null),
      Campaign: ({ id }, context) => visibleCampaign(id, context),
      Offer: ({ id }, context) => visibleOffer(id, context),
      Assignment: async ({ id }, { loaders, identity }) => {
        const assignment = isUuid(id) ? await loaders.assignments.load(id) : null;
        return assignment && seesAgent(identity, assignment.agentId) ? assignment : null;
      },
    },
  });
}
