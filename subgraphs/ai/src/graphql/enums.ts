import { registerEnumType } from 'type-graphql';

export enum Tier {
  HOT = 'HOT',
  WARM = 'WARM',
  COOL = 'COOL',
  COLD = 'COLD',
}
registerEnumType(Tier, { name: 'Tier', description: 'HOT from 80 points, WARM from 60, COOL from 40, else COLD.' });

export enum QualificationDecision {
  QUALIFIED = 'QUALIFIED',
  NEEDS_REVIEW = 'NEEDS_REVIEW',
  DISQUALIFIED = 'DISQUALIFIED',
}
registerEnumType(QualificationDecision, { name: 'QualificationDecision' });

export enum QualificationEngine {
  LLM = 'LLM',
  SCORECARD = 'SCORECARD',
}
registerEnumType(QualificationEngine, {
  name: 'QualificationEngine',
  description: 'Who answered: the language model, or the scorecard that stands in for it.',
});

export enum NextAction {
  CALL_NOW = 'CALL_NOW',
  SCHEDULE = 'SCHEDULE',
  REQUEST_INFO = 'REQUEST_INFO',
  NURTURE = 'NURTURE',
  REVIEW = 'REVIEW',
  REJECT = 'REJECT',
}
registerEnumType(NextAction, { name: 'NextAction' });

export enum QualificationJobStatus {
  QUEUED = 'QUEUED',
  RUNNING = 'RUNNING',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
}
registerEnumType(QualificationJobStatus, { name: 'QualificationJobStatus' });
