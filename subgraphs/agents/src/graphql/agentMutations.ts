import { inTransaction, OnlyFor } from '@leadgraph/kit';
import { IsOptional, Length } from 'class-validator';
import { Arg, Args, ArgsType, Ctx, Field, ID, Mutation, Resolver } from 'type-graphql';
import { updateAgent } from '../market/updateAgent.js';
import type { AssignmentStatus } from '../offers/assignmentStatus.js';
import { acceptOffer, rejectOffer } from '../offers/decideOffer.js';
import { updateAssignment } from '../offers/updateAssignment.js';
import type { Availability } from '../routing/vocabulary.js';
import { Agent } from '../store/agent.js';
import { Assignment } from '../store/assignment.js';
import { Offer } from '../store/offer.js';
import type { AgentsContext } from './agentsContext.js';
import { AssignmentStatusEnum, AvailabilityEnum } from './enums.js';

@ArgsType()
class AcceptOfferArgs {
  @Field(() => ID)
  offerId: string;

  @Field(() => String, {
    nullable: true,
    description: 'Accepting is idempotent by itself; a key is for clients that use one everywhere.',
  })
  @IsOptional()
  @Length(1, 200)
  idempotencyKey?: string | null;
}

@ArgsType()
class RejectOfferArgs extends AcceptOfferArgs {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @Length(1, 500)
  reason?: string | null;
}

@ArgsType()
class UpdateAssignmentArgs {
  @Field(() => ID)
  id: string;

  @Field(() => AssignmentStatusEnum)
  status: AssignmentStatus;

  @Field(() => String, { nullable: true, description: 'Needed for LOST and RETURNED.' })
  @IsOptional()
  @Length(1, 500)
  reason?: string | null;
}

/** What an agent does, with what is its own. */
@Resolver()
export class AgentMutations {
  @OnlyFor('AGENT')
  @Mutation(() => Offer, {
    description:
      'Takes a place of the lead. Answers ACCEPTED with settlement PENDING; the contact is visible once it is SETTLED. Accepting again answers the same.',
  })
  acceptOffer(
    @Args(() => AcceptOfferArgs) { offerId, idempotencyKey }: AcceptOfferArgs,
    @Ctx() { db, identity, rules }: AgentsContext,
  ): Promise<Offer> {
    return acceptOffer(db, { offerId, agentId: identity.sub, idempotencyKey: idempotencyKey ?? null }, rules);
  }

  @OnlyFor('AGENT')
  @Mutation(() => Offer, { description: 'Lets the lead go to the next agent. Rejecting again answers the same.' })
  rejectOffer(
    @Args(() => RejectOfferArgs) { offerId, idempotencyKey, reason }: RejectOfferArgs,
    @Ctx() { db, identity, rules }: AgentsContext,
  ): Promise<Offer> {
    const decision = { offerId, agentId: identity.sub, idempotencyKey: idempotencyKey ?? null };
    return rejectOffer(db, { ...decision, reason: reason ?? null }, rules);
  }

  @OnlyFor('AGENT')
  @Mutation(() => Assignment, {
    description:
      'NEW → ATTEMPTED → CONTACTED → QUOTED → APPLIED → BOUND; any open one → LOST or RETURNED, with a reason.',
  })
  updateAssignment(
    @Args(() => UpdateAssignmentArgs) { id, status, reason }: UpdateAssignmentArgs,
    @Ctx() { db, identity, rules }: AgentsContext,
  ): Promise<Assignment> {
    const change = { id, agentId: identity.sub, status, reason: reason ?? null };
    return inTransaction(db, (tx) => updateAssignment(tx, change, rules));
  }

  @OnlyFor('AGENT')
  @Mutation(() => Agent, { description: 'AWAY: no new offers until AVAILABLE again.' })
  setAvailability(
    @Arg('availability', () => AvailabilityEnum) availability: Availability,
    @Ctx() { db, identity, rules }: AgentsContext,
  ): Promise<Agent> {
    return inTransaction(db, (tx) => updateAgent(tx, identity.sub, { availability }, rules));
  }
}
