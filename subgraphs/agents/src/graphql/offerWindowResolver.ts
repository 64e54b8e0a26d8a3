import { DateTime, inTransaction, OnlyFor } from '@leadgraph/kit';
import { IsOptional, Max, Min } from 'class-validator';
import { Arg, Ctx, Field, Float, InputType, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { readWindowOverride, writeWindowOverride } from '../store/offerWindow.js';
import type { AgentsContext } from './agentsContext.js';

@OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
@ObjectType({ description: 'How long agents have to accept an offer.' })
export class OfferWindow {
  @Field(() => Float, { description: 'In force now.' })
  seconds: number;

  @Field(() => Float)
  usualSeconds: number;

  @Field(() => DateTime, { nullable: true, description: 'Until when another window than the usual one is in force.' })
  overriddenUntil: Date | null;
}

@InputType()
export class OverrideOfferWindowInput {
  @Field(() => Float, { nullable: true, description: 'The window from now on; null ends the override.' })
  @IsOptional()
  @Min(0.1)
  @Max(3_600)
  seconds?: number | null;

  @Field(() => Int, { nullable: true, description: 'How long it is in force, at most 60 minutes. Default 10.' })
  @IsOptional()
  @Min(1)
  @Max(60)
  minutes?: number | null;
}

@Resolver(() => OfferWindow)
export class OfferWindowResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @Query(() => OfferWindow)
  offerWindow(@Ctx() context: AgentsContext): Promise<OfferWindow> {
    return currentWindow(context);
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => OfferWindow, {
    description:
      'For drills and demos: another window for offers that go out from now on, for a limited time. Operators only.',
  })
  async overrideOfferWindow(
    @Arg('input', () => OverrideOfferWindowInput) { seconds, minutes }: OverrideOfferWindowInput,
    @Ctx() context: AgentsContext,
  ): Promise<OfferWindow> {
    const until = new Date(context.clock.now().getTime() + (minutes ?? 10) * 60_000);
    await inTransaction(context.db, (tx) => writeWindowOverride(tx, seconds == null ? null : { seconds, until }));
    return currentWindow(context);
  }
}

async function currentWindow({ db, clock, rules }: AgentsContext): Promise<OfferWindow> {
  const usualSeconds = rules.settings.offerWindowMs / 1_000;
  const override = await readWindowOverride(db.manager, clock.now());
  return { seconds: override?.seconds ?? usualSeconds, usualSeconds, overriddenUntil: override?.until ?? null };
}
