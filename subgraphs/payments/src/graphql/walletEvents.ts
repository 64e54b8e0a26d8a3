import { LiveArgs, LiveField, OnlyFor, SubscriptionEvent, servedByGateway } from '@leadgraph/kit';
import { Args, Field, ObjectType, Resolver } from 'type-graphql';
import { Wallet } from '../store/wallet.js';

@ObjectType({
  implements: SubscriptionEvent,
  description:
    'Kinds: OPENED, CREDITED, REVERSED (a credit was taken back), LIMIT_SET, HELD (money was set aside for an offer), RELEASED, CAPTURED (it was paid); CHANGED: nothing happened, it was said again.',
})
export class WalletEvent extends SubscriptionEvent {
  @Field(() => Wallet, { nullable: true })
  wallet: Wallet | null;
}

@Resolver()
export class WalletEventsResolver {
  @OnlyFor('AGENT')
  @LiveField(() => WalletEvent, {
    subject: 'payments.wallet.changed.{identity.sub}',
    description: "What happens to the signed-in agent's own wallet.",
  })
  wallet(@Args(() => LiveArgs) _: LiveArgs): WalletEvent {
    return servedByGateway();
  }
}
