import { CachedWithin, LocalDate, ReportRange, SafeInt } from '@leadgraph/kit';
import type { Line } from '@leadgraph/schema';
import { ArgsType, Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
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

@ArgsType()
export class LeadReportArgs {
  @Field(() => ReportRange)
  range: ReportRange;

  @Field(() => [LeadReportGroup], { nullable: true })
  groupBy?: LeadReportGroup[] | null;

  @Field(() => LeadReportFilter, { nullable: true })
  filter?: LeadReportFilter | null;

  @Field(() => Boolean, { nullable: true, description: 'true counts test leads as well.' })
  includeTest?: boolean | null;
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

@CachedWithin()
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

@CachedWithin()
@ObjectType({
  description:
    'What the leads received on these UTC days have cost and brought by now, whenever they were sold. Money in cents of US dollars. ' +
    'Revenue is what agents were charged; nothing is taken off for what they gave back, which stands beside.',
})
export class RevenueRow extends ReportPlace {
  @Field(() => Int, { description: 'Leads that passed validation and were no duplicates: those that cost something.' })
  accepted: number;

  @Field(() => Int, {
    description:
      'Of these, those accepted before it was kept what a lead costs. They add nothing to costCents, and costPerAcquisitionCents leaves them out.',
  })
  withoutCost: number;

  @Field(() => SafeInt, {
    description:
      'For each accepted lead the price that its source had when it was accepted (FIXED), or for each of its sales the partner’s share of the price agreed then (REVENUE_SHARE).',
  })
  costCents: number;

  @Field(() => Int, { description: 'Places sold; a lead with several buyers counts once for each.' })
  sales: number;

  @Field(() => SafeInt)
  revenueCents: number;

  @Field(() => Int, { description: 'Sales whose buyers gave the lead back: their assignments are RETURNED.' })
  returnedSales: number;

  @Field(() => SafeInt, { description: 'What these sales had brought; part of revenueCents.' })
  returnedCents: number;

  @Field(() => Float, { nullable: true, description: 'returnedSales / sales, 0 to 1; null without sales.' })
  returnRate: number | null;

  @Field(() => Int, { description: 'Leads that became a policy of at least one buyer.' })
  bound: number;

  @Field(() => SafeInt, {
    nullable: true,
    description:
      'costCents / how many of the leads whose cost is known are bound, rounded to the cent: what one bound lead cost, those that came to nothing included. Null while none is bound.',
  })
  costPerAcquisitionCents: number | null;
}

export enum SpeedStepEnum {
  QUALIFIED = 'qualified',
  OFFERED = 'offered',
  SOLD = 'sold',
}
registerEnumType(SpeedStepEnum, { name: 'SpeedStep', description: 'Until when the time since receipt is measured.' });

@CachedWithin()
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
