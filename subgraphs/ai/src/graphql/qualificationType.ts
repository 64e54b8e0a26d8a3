import { CachedWithin, DateTime, ListSize, OnlyFor, SignedIn } from '@leadgraph/kit';
import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { NextAction, QualificationDecision, QualificationEngine, QualificationJobStatus, Tier } from './enums.js';

@CachedWithin()
@ObjectType({ description: 'Why a lead got its score.' })
export class QualificationReason {
  @Field(() => String, { description: 'What it is about, e.g. CONTACTABILITY or INTENT.' })
  code: string;

  @Field(() => Int, { description: 'Points that it adds to the score, or takes away.' })
  weight: number;

  @Field(() => String)
  text: string;
}

@OnlyFor('OPERATOR', 'FRONTEND')
@CachedWithin()
@ObjectType({ description: 'Tokens that a model call used.' })
export class TokenUsage {
  @Field(() => Int)
  prompt: number;

  @Field(() => Int)
  completion: number;

  @Field(() => Int)
  total: number;
}

@Directive('@key(fields: "id")')
@SignedIn()
@CachedWithin()
@ObjectType({
  description: 'How promising a lead is, and what to do with it. It never changes; a new look makes a new one.',
})
export class Qualification {
  @Field(() => ID)
  id: string;

  @Field(() => ID)
  leadId: string;

  @Field(() => Int, { description: '0 to 100.' })
  score: number;

  @Field(() => Tier)
  tier: Tier;

  @Field(() => QualificationDecision)
  decision: QualificationDecision;

  @ListSize(8)
  @Field(() => [QualificationReason])
  reasons: QualificationReason[];

  @ListSize(10)
  @Field(() => [String], { description: "What an agent should ask for, as paths of the lead's input." })
  missingFields: string[];

  @Field(() => NextAction)
  nextAction: NextAction;

  @Field(() => Float, { description: '0 to 1.' })
  confidence: number;

  @Field(() => QualificationEngine)
  engine: QualificationEngine;

  @Field(() => String, { nullable: true, description: 'Why the scorecard answered; null when the model did.' })
  fallbackReason: string | null;

  @Field(() => String, { nullable: true })
  model: string | null;

  @Field(() => String)
  promptVersion: string;

  @OnlyFor('OPERATOR', 'FRONTEND')
  @Field(() => String, { description: 'Equal for leads that look the same to the engines.' })
  inputHash: string;

  @Field(() => Boolean, { description: 'Whether an earlier answer of the model to the same input was taken.' })
  cached: boolean;

  @OnlyFor('OPERATOR', 'FRONTEND')
  @Field(() => Int, { description: 'Cost in millionths of a US dollar.' })
  costMicros: number;

  @Field(() => Int, { description: 'Milliseconds.' })
  latencyMs: number;

  @Field(() => DateTime)
  createdAt: Date;
}

@Directive('@key(fields: "id")')
@OnlyFor('OPERATOR', 'FRONTEND', 'PARTNER')
@ObjectType({ description: 'The work of qualifying a lead.' })
export class QualificationJob {
  @Field(() => ID)
  id: string;

  @Field(() => ID)
  leadId: string;

  @Field(() => QualificationJobStatus)
  status: QualificationJobStatus;

  @Field(() => Int, { description: 'How often a worker took it up; more than one after a worker was lost.' })
  attempts: number;

  @Field(() => String, { nullable: true, description: 'Why it failed, e.g. LEAD_WITHDRAWN.' })
  failure: string | null;

  @Field(() => DateTime)
  createdAt: Date;

  @Field(() => DateTime)
  updatedAt: Date;
}

@Directive('@key(fields: "id")')
@ObjectType()
export class Lead {
  @Field(() => ID)
  id: string;
}
