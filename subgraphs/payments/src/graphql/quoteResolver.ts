import { Cached, Cost, ListSize, notFound, OnlyFor, SignedIn, UNCHANGING, UNTIL_CHANGED } from '@leadgraph/kit';
import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, Query, Resolver, Root } from 'type-graphql';
import { isQuoteExpired } from '../quotes/issueQuotes.js';
import { quoteLead } from '../quotes/quoteLead.js';
import { Quote } from '../store/quote.js';
import { LISTED_QUOTES } from '../store/quoteStore.js';
import { SaleMode } from './enums.js';
import { requireId, requireIdempotencyKey } from './inputChecks.js';
import type { PaymentsContext } from './paymentsContext.js';
import { Lead } from './stubs.js';
import { seesQuote } from './visibility.js';

@InputType()
export class QuoteLeadInput {
  @Field(() => ID)
  leadId: string;

  @Field(() => SaleMode)
  mode: keyof typeof SaleMode;

  @Field(() => String, { description: 'New for each new request; the same one again returns the first answer.' })
  idempotencyKey: string;
}

/** A quote if the caller may see it. */
export async function visibleQuote(id: string, context: PaymentsContext): Promise<Quote | null> {
  const quote = await context.loaders.quotes.load(id);
  return quote && (await seesQuote(quote, context)) ? quote : null;
}

@Resolver(() => Quote)
export class QuoteResolver {
  @SignedIn()
  @Cached({ maxAge: UNCHANGING })
  @Query(() => Quote, { nullable: true, description: 'A partner finds those of the leads that it sent.' })
  async quote(@Arg('id', () => ID) id: string, @Ctx() context: PaymentsContext): Promise<Quote> {
    const quote = await visibleQuote(requireId(id, 'id'), context);
    if (!quote) throw notFound('Quote', id);
    return quote;
  }

  @SignedIn()
  @Cost(10)
  @Mutation(() => Quote, {
    nullable: true,
    description:
      'Prices a qualified lead; a partner those that it sent. LEAD_NOT_READY can be retried: the lead may be on its way.',
  })
  async quoteLead(
    @Arg('input', () => QuoteLeadInput) input: QuoteLeadInput,
    @Ctx() context: PaymentsContext,
  ): Promise<Quote | null> {
    requireIdempotencyKey(input.idempotencyKey);
    const request = { ...input, leadId: requireId(input.leadId, 'leadId') };
    const id = await quoteLead(context.db, context.identity, request, context.rules);
    return context.loaders.quotes.load(id);
  }

  @FieldResolver(() => Lead, { nullable: true })
  lead(@Root() quote: Quote): Lead {
    return { id: quote.leadId };
  }

  @Cached({ maxAge: 0 })
  @FieldResolver(() => Boolean, { description: 'Whether its time is over.' })
  expired(@Root() quote: Quote, @Ctx() context: PaymentsContext): boolean {
    return isQuoteExpired(quote, context.clock.now());
  }
}

@Resolver(() => Lead)
export class LeadQuotesResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @ListSize(LISTED_QUOTES)
  @Cached({ maxAge: UNTIL_CHANGED, scope: 'PUBLIC' })
  @FieldResolver(() => [Quote], {
    nullable: true,
    description: `The newest quotes, at most ${LISTED_QUOTES}, the newest first. What the winner of an auction pays stands at its offer’s hold.`,
  })
  async quotes(@Root() lead: Lead, @Ctx() context: PaymentsContext): Promise<Quote[]> {
    return context.loaders.quotesOfLead.load(lead.id);
  }
}
