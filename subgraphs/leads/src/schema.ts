import { createSubgraphSchema, type SubgraphSchema } from '@leadgraph/kit';
import type { LeadsContext } from './graphql/context.js';
import { HealthResolver } from './graphql/healthResolver.js';
import { LeadEventFields, LeadEventsResolver, visibleEvent } from './graphql/leadEvents.js';
import { LeadFields } from './graphql/leadFields.js';
import { LeadMutations } from './graphql/leadMutations.js';
import { LeadQueries } from './graphql/leadQueries.js';
import { ReportQueries } from './graphql/reportQueries.js';
import { SourceResolver } from './graphql/sourceResolver.js';
import { mayReach } from './graphql/visibility.js';

/** Builds the schema of the leads subgraph. Needs no database and no configuration. */
export function buildLeadsSchema(): Promise<SubgraphSchema> {
  return createSubgraphSchema<LeadsContext>({
    resolvers: [
      LeadQueries,
      LeadFields,
      LeadEventFields,
      LeadEventsResolver,
      LeadMutations,
      SourceResolver,
      ReportQueries,
      HealthResolver,
    ],
    references: {
      Lead: async ({ id }, context) => {
        const lead = await context.loaders.lead.load(id);
        return lead && (await mayReach(context, lead)) ? lead : null;
      },
      LeadEvent: ({ id }, context) => visibleEvent(id, context),
    },
  });
}
