import { Cost, DomainError, ListSize, OnlyFor } from '@leadgraph/kit';
import { Arg, Ctx, Field, ID, Mutation, ObjectType, Resolver } from 'type-graphql';
import { revokeConsent } from '../consent/revokeConsent.js';
import { suppress } from '../consent/suppress.js';
import { parseSubmission } from '../intake/submission.js';
import { submitLead } from '../intake/submitLead.js';
import { storableText } from '../intake/text.js';
import { eraseLead } from '../privacy/eraseLead.js';
import { redact } from '../privacy/redact.js';
import { type ReviewDecision, reviewLead } from '../review/reviewLead.js';
import type { LeadRow } from '../store/leadTable.js';
import type { LeadsContext } from './context.js';
import { ReviewDecisionEnum } from './enums.js';
import { CreateLeadInput, SuppressInput } from './leadInputs.js';
import { Lead, LeadProblem } from './leadType.js';
import { Suppression } from './suppressionType.js';
import { mayReach } from './visibility.js';

@OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
@ObjectType({ description: 'What became of a submission. REJECTED and DUPLICATE are answers, not errors.' })
export class CreateLeadPayload {
  @Field(() => Lead)
  lead: LeadRow;

  @ListSize(5)
  @Field(() => [LeadProblem], { description: 'Everything that is wrong with it; empty unless it is REJECTED.' })
  problems: LeadProblem[];

  @Field(() => Boolean, { description: 'This answers an earlier submission that was the same.' })
  replayed: boolean;

  @Field(() => Lead, {
    nullable: true,
    description: 'The lead that this one repeats, as far as the caller may know of it.',
  })
  duplicateOf: LeadRow | null;
}

@Resolver()
export class LeadMutations {
  @OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
  @Cost(10)
  @Mutation(() => CreateLeadPayload, {
    description:
      'Submits a lead. Errors: BAD_USER_INPUT (malformed), NOT_FOUND (the source), IDEMPOTENCY_KEY_REUSED, SOURCE_DAILY_CAP_REACHED; they leave nothing behind.',
  })
  async createLead(
    @Arg('input', () => CreateLeadInput) input: CreateLeadInput,
    @Ctx() context: LeadsContext,
  ): Promise<CreateLeadPayload> {
    const { identity, db, tools, loaders } = context;
    const { leadId, replayed } = await submitLead(db, tools, identity, parseSubmission(input));
    const lead = await loaders.lead.load(leadId);
    if (!lead) throw new Error(`lead ${leadId} was taken in and is not there`);
    const original = lead.duplicateOfId === null ? null : await loaders.lead.load(lead.duplicateOfId);
    const known = original !== null && (await mayReach(context, original));
    return { lead, problems: lead.problems ?? [], replayed, duplicateOf: known ? original : null };
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Lead, { description: 'Decides on a lead that NEEDS_REVIEW; CONFLICT for any other. Operators only.' })
  reviewLead(
    @Arg('leadId', () => ID) leadId: string,
    @Arg('decision', () => ReviewDecisionEnum) decision: ReviewDecision,
    @Arg('reason', () => String) reason: string,
    @Ctx() { db, tools }: LeadsContext,
  ): Promise<LeadRow> {
    return reviewLead(db, tools, { leadId, decision, reason: checkedReason(reason) });
  }

  @OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
  @Mutation(() => Lead, {
    description:
      'The person took the consent back: the lead is WITHDRAWN and its live offers are cancelled. Again changes nothing.',
  })
  revokeConsent(
    @Arg('leadId', () => ID) leadId: string,
    @Arg('reason', () => String) reason: string,
    @Ctx() { identity, db, tools }: LeadsContext,
  ): Promise<LeadRow> {
    return revokeConsent(db, tools, identity, { leadId, reason: checkedReason(reason) });
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Lead, { description: 'Erases the person of a lead for good. Operators only; again changes nothing.' })
  eraseLead(
    @Arg('leadId', () => ID) leadId: string,
    @Arg('reason', () => String) reason: string,
    @Ctx() { db, tools }: LeadsContext,
  ): Promise<LeadRow> {
    return eraseLead(db, tools, { leadId, reason: checkedReason(reason) });
  }

  @OnlyFor('OPERATOR')
  @ListSize(3)
  @Mutation(() => [Suppression], {
    description:
      'Takes a phone number or an email address off channels; leads that cannot be reached any more are withdrawn. Operators only.',
  })
  suppress(
    @Arg('input', () => SuppressInput) input: SuppressInput,
    @Ctx() { db, tools }: LeadsContext,
  ): Promise<Suppression[]> {
    const { phone = null, email = null, channels, reason } = input;
    return suppress(db, tools, { phone, email, channels, reason: checkedReason(reason) });
  }
}

const reasonText = storableText(500);

/** A reason is kept with the lead and read by many: what looks like a person's data is taken out. */
function checkedReason(reason: string): string {
  const parsed = reasonText.safeParse(reason);
  const trimmed = parsed.data?.trim() ?? '';
  if (trimmed !== '') return redact(trimmed);
  throw new DomainError('BAD_USER_INPUT', 'Give a reason of 1 to 500 characters.', { field: 'reason' });
}
