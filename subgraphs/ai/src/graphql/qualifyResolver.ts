import { isUuid, requireKind } from '@leadgraph/kit';
import { Length } from 'class-validator';
import { Arg, Ctx, Field, ID, InputType, Mutation, Query, Resolver } from 'type-graphql';
import type { QualificationJobRow } from '../store/entities.js';
import type { AiContext } from './aiContext.js';
import { QualificationJob } from './qualificationType.js';

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
  @Mutation(() => QualificationJob, {
    description:
      'Has a lead qualified anew. Answers at once with a job, or waits for it. While a job of the lead is open, that one is answered.',
  })
  async qualifyLead(
    @Arg('input', () => QualifyLeadInput) input: QualifyLeadInput,
    @Ctx() { jobs, identity }: AiContext,
  ): Promise<QualificationJobRow> {
    requireKind(identity, 'OPERATOR', 'FRONTEND', 'AGENT', 'PARTNER');
    const caller = `${identity.kind}:${identity.sub}`;
    const urgent = input.wait === true;
    const jobId = await jobs.request({
      leadId: input.leadId,
      caller,
      idempotencyKey: input.idempotencyKey ?? null,
      urgent,
    });
    return urgent ? jobs.waitFor(jobId) : jobs.read(jobId);
  }

  @Query(() => QualificationJob, { nullable: true, description: 'A job by its id; null when there is none.' })
  qualificationJob(
    @Arg('id', () => ID) id: string,
    @Ctx() { loaders, identity }: AiContext,
  ): Promise<QualificationJobRow | null> {
    requireKind(identity, 'OPERATOR', 'FRONTEND', 'AGENT', 'PARTNER');
    return isUuid(id) ? loaders.job.load(id) : Promise.resolve(null);
  }
}
