import { LiveArgs, LiveField, OnlyFor, SubscriptionEvent, servedByGateway } from '@leadgraph/kit';
import { Arg, Args, Field, ID, ObjectType, Resolver } from 'type-graphql';
import { QualificationJob } from './qualificationType.js';

@ObjectType({ implements: SubscriptionEvent, description: 'Kinds: QUEUED, RUNNING, COMPLETED, FAILED.' })
export class QualificationEvent extends SubscriptionEvent {
  @Field(() => QualificationJob, { nullable: true })
  job: QualificationJob | null;
}

@Resolver()
export class QualificationEventsResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
  @LiveField(() => QualificationEvent, {
    subject: 'ai.qualification.*.{args.leadId}',
    description:
      'How far the qualification of a lead is. For operators, frontends and the partner whose lead it is; other partners hear nothing.',
  })
  qualification(@Arg('leadId', () => ID) _leadId: string, @Args(() => LiveArgs) _: LiveArgs): QualificationEvent {
    return servedByGateway();
  }
}
