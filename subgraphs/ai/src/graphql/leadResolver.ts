import { Cached, DomainError, isUuid, ListSize, OnlyFor, UNTIL_CHANGED } from '@leadgraph/kit';
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { QualificationJobRow, QualificationRow } from '../store/entities.js';
import type { AiContext } from './aiContext.js';
import { Lead, Qualification, QualificationJob, TokenUsage } from './qualificationType.js';

const LONGEST_HISTORY = 50;

/** What ai adds to a lead. */
@Resolver(() => Lead)
export class LeadResolver {
  @Cached({ maxAge: UNTIL_CHANGED, scope: 'PUBLIC' })
  @FieldResolver(() => Qualification, {
    nullable: true,
    description: 'The newest qualification; null before the first.',
  })
  qualification(@Root() lead: Lead, @Ctx() { loaders }: AiContext): Promise<QualificationRow | null> {
    return isUuid(lead.id) ? loaders.latestQualification.load(lead.id) : Promise.resolve(null);
  }

  @ListSize(10, 'first')
  @Cached({ maxAge: UNTIL_CHANGED, scope: 'PUBLIC' })
  @FieldResolver(() => [Qualification], { description: 'All of them, the newest first.' })
  qualifications(
    @Root() lead: Lead,
    @Arg('first', () => Int, { defaultValue: 10, description: `1 to ${LONGEST_HISTORY}.` }) first: number,
    @Ctx() { loaders }: AiContext,
  ): Promise<QualificationRow[]> {
    if (first < 1 || first > LONGEST_HISTORY) {
      throw new DomainError('PAGE_TOO_LARGE', `Ask for 1 to ${LONGEST_HISTORY} qualifications.`, { field: 'first' });
    }
    return isUuid(lead.id) ? loaders.history(first).load(lead.id) : Promise.resolve([]);
  }
}

@Resolver(() => Qualification)
export class QualificationResolver {
  @FieldResolver(() => Lead)
  lead(@Root() row: QualificationRow): Lead {
    return { id: row.leadId };
  }

  @OnlyFor('OPERATOR', 'FRONTEND')
  @FieldResolver(() => TokenUsage)
  tokens(@Root() { promptTokens, completionTokens }: QualificationRow): TokenUsage {
    return { prompt: promptTokens, completion: completionTokens, total: promptTokens + completionTokens };
  }
}

@Resolver(() => QualificationJob)
export class QualificationJobFields {
  @FieldResolver(() => Lead)
  lead(@Root() row: QualificationJobRow): Lead {
    return { id: row.leadId };
  }

  @FieldResolver(() => Qualification, { nullable: true, description: 'Its result, once it is COMPLETED.' })
  qualification(@Root() row: QualificationJobRow, @Ctx() { loaders }: AiContext): Promise<QualificationRow | null> {
    return row.qualificationId === null ? Promise.resolve(null) : loaders.qualification.load(row.qualificationId);
  }
}
