import { LocalDate } from '@leadgraph/kit';
import type { Line } from '@leadgraph/schema';
import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { SourceRow } from '../store/sourceTable.js';
import { LineEnum } from './enums.js';
import { Source } from './sourceType.js';

export enum LeadReportGroup {
  DAY = 'DAY',
  SOURCE = 'SOURCE',
  LINE = 'LINE',
  STATE = 'STATE',
}
registerEnumType(LeadReportGroup, {
  name: 'LeadReportGroup',
  description: 'By what a report of leads is divided. DAY is the UTC day on which a lead was received.',
});

@InputType({ description: 'All that are given must hold; of a list, one.' })
export class LeadReportFilter {
  @Field(() => [ID], { nullable: true })
  source?: string[] | null;

  @Field(() => [LineEnum], { nullable: true })
  line?: Line[] | null;

  @Field(() => [String], { nullable: true, description: 'Two letters each.' })
  state?: string[] | null;
}

/** What a row is about: null where the report is not divided by it. */
@ObjectType()
abstract class ReportPlace {
  @Field(() => LocalDate, { nullable: true, description: 'The UTC day of receipt; null unless divided by DAY.' })
  day: string | null;

  @Field(() => Source, { nullable: true, description: 'Null unless divided by SOURCE.' })
  source: SourceRow | null;

  @Field(() => LineEnum, { nullable: true, description: 'Null unless divided by LINE.' })
  line: Line | null;

  @Field(() => String, {
    nullable: true,
    description: 'Null unless divided by STATE, and for leads that named none that exists.',
  })
  state: string | null;
}

@ObjectType({
  description:
    'How many of the leads received on these UTC days have come how far by now. Each stage counts who ever reached it, whatever became of the lead ' +
    'later; those that were returned, withdrawn or erased are counted beside.',
})
export class FunnelRow extends ReportPlace {
  @Field(() => Int)
  received: number;

  @Field(() => Int, { description: 'Passed validation and were no duplicates.' })
  validated: number;

  @Field(() => Int)
  qualified: number;

  @Field(() => Int, { description: 'Offered to at least one agent.' })
  offered: number;

  @Field(() => Int, { description: 'Sold at least once; a lead with several buyers counts once.' })
  sold: number;

  @Field(() => Int, { description: 'Became a policy of at least one buyer.' })
  bound: number;

  @Field(() => Int)
  rejected: number;

  @Field(() => Int)
  duplicate: number;

  @Field(() => Int)
  disqualified: number;

  @Field(() => Int, { description: 'Given back by all of their buyers, sold again or not.' })
  returned: number;

  @Field(() => Int, { description: 'Consent was revoked.' })
  withdrawn: number;

  @Field(() => Int)
  erased: number;
}

export enum SpeedStepEnum {
  QUALIFIED = 'qualified',
  OFFERED = 'offered',
  SOLD = 'sold',
}
registerEnumType(SpeedStepEnum, { name: 'SpeedStep', description: 'Until when the time since receipt is measured.' });

@ObjectType({
  description:
    'Speed to lead: how long the leads received on these UTC days took from receipt to a stage. Percentiles are exact to 5 %; leads that have not got there are not in them.',
})
export class SpeedRow extends ReportPlace {
  @Field(() => SpeedStepEnum)
  step: SpeedStepEnum;

  @Field(() => Int, { description: 'How many leads got there.' })
  leads: number;

  @Field(() => Float, { nullable: true, description: 'Seconds that half of them took at most.' })
  p50Seconds: number | null;

  @Field(() => Float, { nullable: true })
  p90Seconds: number | null;

  @Field(() => Float, { nullable: true })
  p95Seconds: number | null;

  @Field(() => Float, { nullable: true })
  p99Seconds: number | null;
}
