import { notFound } from '@leadgraph/kit';
import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, Query, Resolver, Root } from 'type-graphql';
import { isQuoteExpired } from '../quotes/issueQuotes.js';
import { quoteLead } from '../quotes/quoteLead.js';
import { Quote } from '../store/quote.js';
import { LISTED_QUOTES } from '../store/quoteStore.js';
import { SaleMode } from './enums.js';
import { requireId, requireIdempotencyKey } from './inputChecks.js';
import type { PaymentsContext } from './paymentsContext.js';
import { Lead } from './stubs.js';
import { requirePriceReader } from './visibility.js';

@InputType()
export class QuoteLeadInput {
  @Field(() => ID)
  leadId: string;

  @Field(() => SaleMode)
  mode: keyof typeof SaleMode;

  @Field(() => String, { description: 'New for each new request; the same one again returns the first answer.' })
  idempotencyKey: string;
}

/** A quote if the caller may see it. What the winner of an auction bid is for other agents not there. */
export async function visibleQuote(id: string, context: PaymentsContext): Promise<Quote | null> {
  requirePriceReader(context.identity);
  const quote = await context.loaders.quotes.load(id);
  if (!quote?.offerId || context.identity.kind !== 'AGENT') return quote;
  const hold = await context.loaders.holdOfOffer.load(quote.offerId);
  return hold?.agentId === context.identity.sub ? quote : null;
}

@Resolver(() => Quote)
export class QuoteResolver {
  @Query(() => Quote, { nullable: true })
  async quote(@Arg('id', () => ID) id: string, @Ctx() context: PaymentsContext): Promise<Quote> {
    const quote = await visibleQuote(requireId(id, 'id'), context);
    if (!quote) throw notFound('Quote', id);
    return quote;
  }

  @Mutation(() => Quote, {
    nullable: true,
    description: 'Prices a qualified lead. LEAD_NOT_READY can be retried: the lead may be on its way.',
  })
  async quoteLead(
    @Arg('input', () => QuoteLeadInput) input: QuoteLeadInput,
    @Ctx() context: PaymentsContext,
  ): Promise<Quote | null> {
    requirePriceReader(context.identity);
    requireIdempotencyKey(input.idempotencyKey);
    const request = { ...input, leadId: requireId(input.leadId, 'leadId') };
    const id = await quoteLead(context.db, context.identity, request, context.rules);
    return context.loaders.quotes.load(id);
  }

  @FieldResolver(() => Lead, { nullable: true })
  lead(@Root() quote: Quote): Lead {
    return { id: quote.leadId };
  }

  @FieldResolver(() => Boolean, { description: 'Whether its time is over.' })
  expired(@Root() quote: Quote, @Ctx() context: PaymentsContext): boolean {
    return isQuoteExpired(quote, context.clock.now());
  }
}

@Resolver(() => Lead)
export class LeadQuotesResolver {
  @FieldResolver(() => [Quote], {
    nullable: true,
    description: `The newest quotes, at most ${LISTED_QUOTES}, the newest first. What the winner of an auction pays stands at its offer’s hold.`,
  })
  async quotes(@Root() lead: Lead, @Ctx() context: PaymentsContext): Promise<Quote[]> {
    requirePriceReader(context.identity);
    return context.loaders.quotesOfLead.load(lead.id);
  }
}
