import { createSubgraphSchema, isUuid, type SubgraphSchema } from '@leadgraph/kit';
import type { AiContext } from './graphql/aiContext.js';
import { LeadResolver, QualificationJobFields, QualificationResolver } from './graphql/leadResolver.js';
import { OperationsResolver } from './graphql/operationsResolver.js';
import { QualifyResolver } from './graphql/qualifyResolver.js';

/** The ai subgraph's schema. Reads no environment and opens no connection. */
export function buildAiSchema(): Promise<SubgraphSchema> {
  return createSubgraphSchema<AiContext>({
    resolvers: [LeadResolver, QualificationResolver, QualificationJobFields, QualifyResolver, OperationsResolver],
    references: {
      // ai adds fields to leads without owning them: whether the lead exists is for leads to say.
      Lead: ({ id }) => ({ id }),
      Qualification: ({ id }, { loaders }) => (isUuid(id) ? loaders.qualification.load(id) : null),
      QualificationJob: ({ id }, { loaders }) => (isUuid(id) ? loaders.job.load(id) : null),
    },
  });
}
