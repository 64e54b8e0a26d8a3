import { LiveArgs, LiveField, OnlyFor, SignedIn, SubscriptionEvent, servedByGateway } from '@leadgraph/kit';
import { Arg, Args, Ctx, Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import { type LeadEventRow, leadEventId } from '../store/leadEventTable.js';
import type { LeadRow } from '../store/leadTable.js';
import type { LeadsContext } from './context.js';
import { LeadsLiveFilter } from './leadInputs.js';
import { Lead, LeadEvent } from './leadType.js';
import { mayFind } from './visibility.js';

@ObjectType({
  implements: SubscriptionEvent,
  description:
    'Kinds: the status that the lead has now got (VALIDATED, …, SOLD for each place that is sold), RESCORED, QUALIFICATION_ASKED_AGAIN.',
})
export class LeadChangedEvent extends SubscriptionEvent {
  @Field(() => LeadEvent, { nullable: true })
  change: LeadEvent | null;
}

@Resolver()
export class LeadEventsResolver {
  @SignedIn()
  @LiveField(() => LeadChangedEvent, {
    subject: 'leads.lead.*.{args.id}',
    description:
      'What happens to a lead, for whoever may ask for it: operators, frontends, the partner that sent it, the agents who bought it. Others hear nothing.',
  })
  leadChanged(@Arg('id', () => ID) _id: string, @Args(() => LiveArgs) _: LiveArgs): LeadChangedEvent {
    return servedByGateway();
  }

  @OnlyFor('OPERATOR', 'FRONTEND')
  @LiveField(() => LeadChangedEvent, {
    subject: 'leads.lead.*.*',
    filter: [
      'kind = args.filter.kind',
      'payload.lead.line = args.filter.line',
      'payload.lead.state = args.filter.state',
      'payload.lead.sourceId = args.filter.sourceId',
      'payload.lead.isTest = args.filter.isTest',
    ],
    description: 'What happens to all leads. For operators and frontends; others follow one at a time, by leadChanged.',
  })
  leads(
    @Arg('filter', () => LeadsLiveFilter, { nullable: true }) _filter: LeadsLiveFilter | null,
    @Args(() => LiveArgs) _: LiveArgs,
  ): LeadChangedEvent {
    return servedByGateway();
  }
}

@Resolver(() => LeadEvent)
export class LeadEventFields {
  @FieldResolver(() => Lead, { description: 'As it is now.' })
  lead(@Root() { leadId }: LeadEvent, @Ctx() { loaders }: LeadsContext): Promise<LeadRow | null> {
    return loaders.lead.load(leadId);
  }
}

/**
 * An entry of a timeline for who follows its lead; null for whoever may not ask for the lead. References to leads themselves are answered more freely, since they
 * come from what the caller was shown; these come from subscriptions, which name any lead.
 */
export async function visibleEvent(id: string, context: LeadsContext): Promise<LeadEvent | null> {
  const row = await context.loaders.leadEvent.load(id);
  const lead = row && (await context.loaders.lead.load(row.leadId));
  return lead && (await mayFind(context, lead)) ? presentEvent(row) : null;
}

/** An entry with its id. Who sees which of its fields stands at `LeadEvent`. */
export function presentEvent(row: LeadEventRow): LeadEvent {
  return {
    id: leadEventId(row),
    leadId: row.leadId,
    version: row.version,
    type: row.type,
    occurredAt: row.occurredAt,
    fromStatus: row.fromStatus,
    toStatus: row.toStatus,
    reason: row.reason,
    actor: { kind: row.actorKind, sub: row.actorSub },
    data: row.data,
  };
}
