import { OnlyFor } from '@leadgraph/kit';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Charge } from '../store/charge.js';
import { Hold } from '../store/hold.js';
import { Quote } from '../store/quote.js';
import type { PaymentsContext } from './paymentsContext.js';
import { Agent, Lead, Offer } from './stubs.js';
import { canSeeMoneyOf } from './visibility.js';

@Resolver(() => Hold)
export class HoldResolver {
  @FieldResolver(() => Offer, { nullable: true })
  offer(@Root() hold: Hold): Offer {
    return { id: hold.offerId };
  }

  @FieldResolver(() => Lead, { nullable: true })
  lead(@Root() hold: Hold): Lead {
    return { id: hold.leadId };
  }

  @FieldResolver(() => Agent, { nullable: true })
  agent(@Root() hold: Hold): Agent {
    return { id: hold.agentId };
  }

  @FieldResolver(() => Quote, { nullable: true })
  quote(@Root() hold: Hold, @Ctx() context: PaymentsContext): Promise<Quote | null> {
    return context.loaders.quotes.load(hold.quoteId);
  }
}

/** What stands behind an offer. Another agent's is not there for the caller: many see the same list of offers. */
@Resolver(() => Offer)
export class OfferMoneyResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @FieldResolver(() => Hold, { nullable: true, description: 'Null without one, and for other agents’ offers.' })
  async hold(@Root() offer: Offer, @Ctx() context: PaymentsContext): Promise<Hold | null> {
    const hold = await context.loaders.holdOfOffer.load(offer.id);
    return hold && canSeeMoneyOf(context.identity, hold.agentId) ? hold : null;
  }

  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @FieldResolver(() => Charge, {
    nullable: true,
    description: 'Null until it is captured, and for other agents’ offers.',
  })
  async charge(@Root() offer: Offer, @Ctx() context: PaymentsContext): Promise<Charge | null> {
    const charge = await context.loaders.chargeOfOffer.load(offer.id);
    return charge && canSeeMoneyOf(context.identity, charge.agentId) ? charge : null;
  }
}
