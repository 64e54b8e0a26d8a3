import {
  Cached,
  connectionOf,
  DateTime,
  notFound,
  OnlyFor,
  type Page,
  PageArgs,
  PageSize,
  UNTIL_CHANGED,
} from '@leadgraph/kit';
import { Arg, Args, Ctx, Field, FieldResolver, ID, InputType, Query, Resolver, Root } from 'type-graphql';
import { Charge } from '../store/charge.js';
import { type ChargeFilter, listCharges } from '../store/chargeStore.js';
import { Hold } from '../store/hold.js';
import { Quote } from '../store/quote.js';
import { ChargeStatus } from './enums.js';
import { requireId } from './inputChecks.js';
import type { PaymentsContext } from './paymentsContext.js';
import { Agent, Lead, Offer } from './stubs.js';
import { canSeeMoneyOf } from './visibility.js';

const ChargeConnection = connectionOf('Charge', Charge);

@InputType({ description: 'All that are given must hold. Without capturedFrom: the last 90 days.' })
export class ChargeFilterInput implements ChargeFilter {
  @Field(() => ID, { nullable: true })
  agentId?: string | null;

  @Field(() => ID, { nullable: true })
  leadId?: string | null;

  @Field(() => [ChargeStatus], { nullable: true })
  status?: (keyof typeof ChargeStatus)[] | null;

  @Field(() => Boolean, { nullable: true })
  isTest?: boolean | null;

  @Field(() => DateTime, { nullable: true })
  capturedFrom?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Not included.' })
  capturedTo?: Date | null;
}

@Resolver(() => Charge)
export class ChargeResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @Cached({ maxAge: UNTIL_CHANGED })
  @Query(() => Charge, { nullable: true })
  async charge(@Arg('id', () => ID) id: string, @Ctx() context: PaymentsContext): Promise<Charge> {
    const charge = await context.loaders.charges.load(requireId(id, 'id'));
    if (!charge || !canSeeMoneyOf(context.identity, charge.agentId)) throw notFound('Charge', id);
    return charge;
  }

  @OnlyFor('OPERATOR')
  @PageSize()
  @Cached({ maxAge: 5, staleWhileRevalidate: 5 })
  @Query(() => ChargeConnection, {
    nullable: true,
    description: 'For operators: the newest first. Up to 10 seconds old.',
  })
  async charges(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => ChargeFilterInput, { nullable: true }) filter: ChargeFilterInput | null,
    @Ctx() context: PaymentsContext,
  ): Promise<Page<Charge>> {
    for (const field of ['agentId', 'leadId'] as const) {
      const id = filter?.[field];
      if (id != null) requireId(id, field);
    }
    return context.stale.page((db) => listCharges(db, filter ?? {}, context.clock.now(), page));
  }

  @FieldResolver(() => Offer, { nullable: true })
  offer(@Root() charge: Charge): Offer {
    return { id: charge.offerId };
  }

  @FieldResolver(() => Lead, { nullable: true })
  lead(@Root() charge: Charge): Lead {
    return { id: charge.leadId };
  }

  @FieldResolver(() => Agent, { nullable: true })
  agent(@Root() charge: Charge): Agent {
    return { id: charge.agentId };
  }

  @FieldResolver(() => Quote, { nullable: true })
  quote(@Root() charge: Charge, @Ctx() context: PaymentsContext): Promise<Quote | null> {
    return context.loaders.quotes.load(charge.quoteId);
  }

  @FieldResolver(() => Hold, { nullable: true })
  hold(@Root() charge: Charge, @Ctx() context: PaymentsContext): Promise<Hold | null> {
    return context.loaders.holds.load(charge.holdId);
  }
}
