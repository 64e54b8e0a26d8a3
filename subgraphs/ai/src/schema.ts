import { createSubgraphSchema, isUuid, type SubgraphSchema } from '@leadgraph/kit';
import type DataLoader from 'dataloader';
import type { AiContext } from './graphql/aiContext.js';
import { LeadResolver, QualificationJobFields, QualificationResolver } from './graphql/leadResolver.js';
import { OperationsResolver } from './graphql/operationsResolver.js';
import { QualificationEventsResolver } from './graphql/qualificationEvents.js';
import { QualifyResolver } from './graphql/qualifyResolver.js';
import { seesQualificationOf } from './graphql/visibility.js';

/** The ai subgraph's schema. Reads no environment and opens no connection. */
export function buildAiSchema(): Promise<SubgraphSchema> {
  return createSubgraphSchema<AiContext>({
    resolvers: [
      LeadResolver,
      QualificationResolver,
      QualificationJobFields,
      QualificationEventsResolver,
      QualifyResolver,
      OperationsResolver,
    ],
    references: {
      // ai adds fields to leads without owning them: whether the lead exists is for leads to say.
      Lead: ({ id }) => ({ id }),
      Qualification: ({ id }, context) => visible(id, context.loaders.qualification, context),
      QualificationJob: ({ id }, context) => visible(id, context.loaders.job, context),
    },
  });
}

/** What an event points to, of a lead that the caller may follow; null otherwise. */
async function visible<T extends { leadId: string }>(
  id: string,
  loader: DataLoader<string, T | null>,
  context: AiContext,
): Promise<T | null> {
  const found = isUuid(id) ? await loader.load(id) : null;
  return found && (await seesQualificationOf(found.leadId, context)) ? found : null;
}
