import {
  Cached,
  checkedRange,
  ListSize,
  OnlyFor,
  percentileMs,
  REPORT_ROWS,
  readRollup,
  reportTooLarge,
} from '@leadgraph/kit';
import { Args, Ctx, Query, Resolver } from 'type-graphql';
import { funnel, type MoneyMeasure, money, speedToLead } from '../reports/rollups.js';
import type { LeadsContext } from './context.js';
import {
  FunnelRow,
  LeadReportArgs,
  type LeadReportGroup,
  RevenueRow,
  SpeedRow,
  type SpeedStepEnum,
} from './reportTypes.js';

const columns = { DAY: 'day', SOURCE: 'source_id', LINE: 'line', STATE: 'state' } as const;
type Column = (typeof columns)[LeadReportGroup];
/** Of durations, of which a row of the report has many. */
const MOST_BUCKETS = 100_000;

@Resolver()
export class ReportQueries {
  @OnlyFor('OPERATOR')
  @ListSize(100)
  @Cached({ maxAge: 2, staleWhileRevalidate: 2 })
  @Query(() => [FunnelRow], {
    description:
      'The funnel: received → validated → qualified → offered → sold → bound. Days are UTC days of receipt. One row without grouping; at most 2,000 (REPORT_TOO_LARGE). ' +
      'Up to 5 seconds old. Operators only.',
  })
  async funnelReport(
    @Args(() => LeadReportArgs) args: LeadReportArgs,
    @Ctx() context: LeadsContext,
  ): Promise<FunnelRow[]> {
    const rows = await context.stale.read((db) => readRollup(db, funnel, { ...asked(args), groupBy: columnsOf(args) }));
    return Promise.all(rows.map(async (row) => ({ ...row, ...(await placeOf(row, context)) })));
  }

  @OnlyFor('OPERATOR')
  @ListSize(100)
  @Cached({ maxAge: 2, staleWhileRevalidate: 2 })
  @Query(() => [RevenueRow], {
    description:
      'Revenue, cost per acquisition and return rate. Days are UTC days of receipt. One row without grouping; at most 2,000 (REPORT_TOO_LARGE). Up to 5 seconds old. Operators only.',
  })
  async revenueReport(
    @Args(() => LeadReportArgs) args: LeadReportArgs,
    @Ctx() context: LeadsContext,
  ): Promise<RevenueRow[]> {
    const rows = await context.stale.read((db) => readRollup(db, money, { ...asked(args), groupBy: columnsOf(args) }));
    return Promise.all(rows.map(async (row) => ({ ...(await placeOf(row, context)), ...revenueOf(row) })));
  }

  @OnlyFor('OPERATOR')
  @ListSize(100)
  @Cached({ maxAge: 2, staleWhileRevalidate: 2 })
  @Query(() => [SpeedRow], {
    description:
      'Speed to lead: from receipt to QUALIFIED, to the first offer, and to the first sale. Days are UTC days of receipt. At most 2,000 rows (REPORT_TOO_LARGE). Up to 5 seconds old. Operators only.',
  })
  async speedToLeadReport(
    @Args(() => LeadReportArgs) args: LeadReportArgs,
    @Ctx() context: LeadsContext,
  ): Promise<SpeedRow[]> {
    const places = columnsOf(args);
    const rows = await context.stale.read((db) =>
      readRollup(db, speedToLead, {
        ...asked(args),
        groupBy: [...places, 'step', 'bucket'],
        most: MOST_BUCKETS,
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
    if (runs.length > REPORT_ROWS) throw reportTooLarge();
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

function columnsOf({ groupBy }: LeadReportArgs): Column[] {
  return [...new Set(groupBy ?? [])].map((group) => columns[group]);
}

function revenueOf(sums: Record<MoneyMeasure, number>): Omit<RevenueRow, 'day' | 'source' | 'line' | 'state'> {
  const { accepted, sales, bound } = sums;
  return {
    ...{ accepted, sales, bound },
    withoutCost: accepted - sums.costed,
    costCents: sums.cost_cents,
    revenueCents: sums.revenue_cents,
    returnedSales: sums.returned_sales,
    returnedCents: sums.returned_cents,
    returnRate: sales === 0 ? null : sums.returned_sales / sales,
    costPerAcquisitionCents: sums.costed_bound === 0 ? null : Math.round(sums.cost_cents / sums.costed_bound),
  };
}

/** Of which days, leads and places sums are asked for. */
function asked({ range, filter, includeTest }: LeadReportArgs) {
  return {
    ...checkedRange(range),
    includeTest: includeTest ?? false,
    where: {
      source_id: filter?.source?.map((id) => id.toLowerCase()),
      line: filter?.line,
      state: filter?.state?.map((code) => code.toUpperCase()),
    },
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
