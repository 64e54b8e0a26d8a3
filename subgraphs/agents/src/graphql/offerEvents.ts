import { LiveArgs, LiveField, OnlyFor, SubscriptionEvent, servedByGateway } from '@leadgraph/kit';
import { Args, Field, ObjectType, Resolver } from 'type-graphql';
import { Offer } from '../store/offer.js';

@ObjectType({
  implements: SubscriptionEvent,
  description:
    'Kinds: OFFERED, ACCEPTED, SETTLED (it is paid for and the contact visible), REJECTED, EXPIRED; TAKEN (other agents took the lead first), WITHDRAWN (the person revoked the consent), NO_HOLD (the money was not held any more), CAPTURE_FAILED (it could not be taken).',
})
export class OfferEvent extends SubscriptionEvent {
  @Field(() => Offer, { nullable: true })
  offer: Offer | null;
}

@Resolver()
export class OfferEventsResolver {
  @OnlyFor('AGENT')
  @LiveField(() => OfferEvent, {
    subject: 'agents.offer.*.{identity.sub}',
    description: "What happens to the signed-in agent's own offers, from the time each is out.",
  })
  offers(@Args(() => LiveArgs) _: LiveArgs): OfferEvent {
    return servedByGateway();
  }
}
