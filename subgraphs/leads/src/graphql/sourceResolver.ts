import { Cached, OnlyFor, type Page, PageArgs, PageSize } from '@leadgraph/kit';
import { Arg, Args, Ctx, FieldResolver, Float, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { checkedText, createSource, updateSource } from '../sources/manageSources.js';
import { listSources } from '../store/sourceStore.js';
import type { SourceRow } from '../store/sourceTable.js';
import type { LeadsContext } from './context.js';
import { CreateSourceInput, Source, SourceConnection, SourcePricing, UpdateSourceInput } from './sourceType.js';

@Resolver(() => Source)
export class SourceResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
  @PageSize()
  @Cached({ maxAge: 5 })
  @Query(() => SourceConnection, {
    description: 'Where leads come from, the newest first. A partner sees its own. Up to 5 seconds old.',
  })
  sources(
    @Args() page: PageArgs,
    @Arg('name', () => String, { nullable: true, description: 'Only sources of exactly this name.' }) name:
      | string
      | null,
    @Ctx() { identity, db, stale }: LeadsContext,
  ): Promise<Page<SourceRow>> {
    const own = identity.kind === 'PARTNER' ? { partner: identity.sub } : {};
    // Who asks for a name wants to know whether there is one, perhaps because it has just been refused to make it.
    if (name != null) return listSources(db, { ...own, name: checkedText('name', name) }, page);
    return stale.page((source) => listSources(source, own, page));
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Source, { description: 'CONFLICT when the partner has a source of this name. Operators only.' })
  createSource(
    @Arg('input', () => CreateSourceInput) input: CreateSourceInput,
    @Ctx() context: LeadsContext,
  ): Promise<SourceRow> {
    return createSource(context.db, context.tools, input);
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Source, { description: 'Operators only.' })
  updateSource(
    @Arg('id', () => ID) id: string,
    @Arg('input', () => UpdateSourceInput) { name, pricing, dailyCap }: UpdateSourceInput,
    @Ctx() { db }: LeadsContext,
  ): Promise<SourceRow> {
    return updateSource(db, id, {
      ...(name != null && { name }),
      ...(pricing != null && { pricing }),
      ...(dailyCap !== undefined && { dailyCap }),
    });
  }

  @OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
  @FieldResolver(() => String, { nullable: true, description: 'Operators, frontends and the partner itself.' })
  partner(@Root() source: SourceRow): string {
    return source.partner;
  }

  @OnlyFor('OPERATOR', 'PARTNER')
  @FieldResolver(() => SourcePricing, { nullable: true, description: 'Operators and the partner itself.' })
  pricing(@Root() source: SourceRow): SourcePricing {
    return { type: source.pricingType, cents: source.pricingCents, basisPoints: source.pricingBasisPoints };
  }

  @FieldResolver(() => Float, { nullable: true })
  async quality(@Root() source: SourceRow, @Ctx() { loaders, tools }: LeadsContext): Promise<number | null> {
    return (await loaders.sourceQuality(tools.limits.qualityNeeds).load(source.id))?.quality ?? null;
  }
}
