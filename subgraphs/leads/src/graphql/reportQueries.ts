import { checkedRange, ListSize, OnlyFor, percentileMs, ReportRange, readRollup } from '@leadgraph/kit';
import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { funnel, speedToLead } from '../reports/rollups.js';
import type { LeadsContext } from './context.js';
import { FunnelRow, LeadReportFilter, LeadReportGroup, SpeedRow, type SpeedStepEnum } from './reportTypes.js';

const columns = { DAY: 'day', SOURCE: 'source_id', LINE: 'line', STATE: 'state' } as const;
type Column = (typeof columns)[LeadReportGroup];

@Resolver()
export class ReportQueries {
  @OnlyFor('OPERATOR')
  @ListSize(100)
  @Query(() => [FunnelRow], {
    description:
      'The funnel: received → validated → qualified → offered → sold → bound. Days are UTC days of receipt. One row without grouping; at most 2,000 (REPORT_TOO_LARGE). ' +
      'Counts what was committed up to now. Operators only.',
  })
  async funnelReport(
    @Arg('range', () => ReportRange) range: ReportRange,
    @Arg('groupBy', () => [LeadReportGroup], { nullable: true }) groupBy: LeadReportGroup[] | null,
    @Arg('filter', () => LeadReportFilter, { nullable: true }) filter: LeadReportFilter | null,
    @Arg('includeTest', () => Boolean, { nullable: true, description: 'true counts test leads as well.' })
    includeTest: boolean | null,
    @Ctx() context: LeadsContext,
  ): Promise<FunnelRow[]> {
    const rows = await context.stale.read((db) =>
      readRollup(db, funnel, {
        ...checkedRange(range),
        includeTest: includeTest ?? false,
        where: whereOf(filter),
        groupBy: columnsOf(groupBy),
      }),
    );
    return Promise.all(rows.map(async (row) => ({ ...row, ...(await placeOf(row, context)) })));
  }

  @OnlyFor('OPERATOR')
  @ListSize(100)
  @Query(() => [SpeedRow], {
    description:
      'Speed to lead: from receipt to QUALIFIED, to the first offer, and to the first sale. Days are UTC days of receipt. Operators only.',
  })
  async speedToLeadReport(
    @Arg('range', () => ReportRange) range: ReportRange,
    @Arg('groupBy', () => [LeadReportGroup], { nullable: true }) groupBy: LeadReportGroup[] | null,
    @Arg('filter', () => LeadReportFilter, { nullable: true }) filter: LeadReportFilter | null,
    @Arg('includeTest', () => Boolean, { nullable: true, description: 'true counts test leads as well.' })
    includeTest: boolean | null,
    @Ctx() context: LeadsContext,
  ): Promise<SpeedRow[]> {
    const places = columnsOf(groupBy);
    const rows = await context.stale.read((db) =>
      readRollup(db, speedToLead, {
        ...checkedRange(range),
        includeTest: includeTest ?? false,
        where: whereOf(filter),
        groupBy: [...places, 'step', 'bucket'],
        limit: 100_000,
      }),
    );
    // sorted by place, step and bucket: each run of the same place and step is one row of the report
    const runs: (typeof rows)[] = [];
    for (const row of rows) {
      const first = runs.at(-1)?.[0];
      const same = first && [...places, 'step' as const].every((column) => first[column] === row[column]);
      if (same) runs.at(-1)?.push(row);
      else runs.push([row]);
    }
    return Promise.all(
      runs.map(async (run) => {
        const counts = run.map(({ bucket, leads }) => ({ bucket: Number(bucket), count: leads }));
        const seconds = (share: number) => {
          const milliseconds = percentileMs(counts, share);
          return milliseconds === null ? null : milliseconds / 1000;
        };
        const [first] = run;
        return {
          ...(await placeOf(first ?? {}, context)),
          step: first?.step as SpeedStepEnum,
          leads: counts.reduce((sum, { count }) => sum + count, 0),
          p50Seconds: seconds(0.5),
          p90Seconds: seconds(0.9),
          p95Seconds: seconds(0.95),
          p99Seconds: seconds(0.99),
        };
      }),
    );
  }
}

function columnsOf(groupBy: LeadReportGroup[] | null): Column[] {
  return [...new Set(groupBy ?? [])].map((group) => columns[group]);
}

function whereOf(filter: LeadReportFilter | null) {
  return {
    source_id: filter?.source?.map((id) => id.toLowerCase()),
    line: filter?.line,
    state: filter?.state?.map((code) => code.toUpperCase()),
  };
}

async function placeOf(row: Partial<Record<Column, string>>, { loaders }: LeadsContext) {
  return {
    day: row.day ?? null,
    source: row.source_id === undefined ? null : await loaders.source.load(row.source_id),
    line: (row.line ?? null) as FunnelRow['line'],
    state: row.state || null,
  };
}
