import { Cost, isUuid, OnlyFor } from '@leadgraph/kit';
import { Length } from 'class-validator';
import { Arg, Ctx, Field, ID, InputType, Mutation, Query, Resolver } from 'type-graphql';
import type { QualificationJobRow } from '../store/entities.js';
import type { AiContext } from './aiContext.js';
import { QualificationJob } from './qualificationType.js';
import { seesQualificationOf } from './visibility.js';

@InputType()
export class QualifyLeadInput {
  @Field(() => ID)
  leadId: string;

  // Nullable, because graphql-jit insists on non-null input fields even if they have a default.
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Wait for the result, at most about 10 seconds; then the job is answered as it is.',
  })
  wait?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'The same key with the same lead gets the same job. Kept 30 days.',
  })
  @Length(1, 200)
  idempotencyKey?: string | null;
}

@Resolver(() => QualificationJob)
export class QualifyResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
  @Cost(100)
  @Mutation(() => QualificationJob, {
    description:
      'Has a lead qualified anew; a partner those that it sent. Answers at once with a job, or waits for it. While a job of the lead is open, that one is answered.',
  })
  async qualifyLead(
    @Arg('input', () => QualifyLeadInput) input: QualifyLeadInput,
    @Ctx() { jobs, identity }: AiContext,
  ): Promise<QualificationJobRow> {
    const caller = `${identity.kind}:${identity.sub}`;
    const urgent = input.wait === true;
    const jobId = await jobs.request({
      leadId: input.leadId,
      caller,
      idempotencyKey: input.idempotencyKey ?? null,
      urgent,
      partner: identity.kind === 'PARTNER' ? identity.sub : null,
    });
    return urgent ? jobs.waitFor(jobId) : jobs.read(jobId);
  }

  @OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
  @Query(() => QualificationJob, {
    nullable: true,
    description: 'A job by its id; null when there is none, for a partner also those of others’ leads.',
  })
  async qualificationJob(
    @Arg('id', () => ID) id: string,
    @Ctx() context: AiContext,
  ): Promise<QualificationJobRow | null> {
    const job = isUuid(id) ? await context.loaders.job.load(id) : null;
    return job && (await seesQualificationOf(job.leadId, context)) ? job : null;
  }
}
