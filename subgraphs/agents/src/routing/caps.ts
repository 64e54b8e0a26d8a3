import { DateTime } from 'luxon';
import { type CapPeriod, capPeriods } from './vocabulary.js';

/** A limit of a campaign over a period of the agent's local time; null is no limit. */
export interface Cap {
  readonly period: CapPeriod;
  readonly count: number | null;
  readonly spendCents: number | null;
}

/** The period at hand in each length, e.g. {HOUR: '2026-03-08T07:00Z', DAY: '2026-03-08', WEEK: '2026-W10', MONTH: '2026-03'}. */
export type CapBuckets = Readonly<Record<CapPeriod, string>>;

/** What was used in the period that `bucket` names. */
export interface CapCounter {
  readonly bucket: string;
  readonly count: number;
  readonly spendCents: number;
}

export type CapUsage = Readonly<Record<CapPeriod, CapCounter>>;

export const unusedCaps: CapUsage = Object.fromEntries(
  capPeriods.map((period) => [period, { bucket: '', count: 0, spendCents: 0 }]),
) as Record<CapPeriod, CapCounter>;

/**
 * Names the hour, day, ISO week and month in which an instant lies for somebody in `timeZone`. The hour is named by the instant at which it
 * began, so that the hour which comes twice when clocks go back counts as two.
 */
export function capBuckets(at: Date, timeZone: string): CapBuckets {
  const local = DateTime.fromJSDate(at, { zone: timeZone });
  const intoHour = (local.minute * 60 + local.second) * 1_000 + local.millisecond;
  return {
    HOUR: `${new Date(at.getTime() - intoHour).toISOString().slice(0, 16)}Z`,
    DAY: local.toFormat('yyyy-MM-dd'),
    WEEK: local.toFormat("kkkk-'W'WW"),
    MONTH: local.toFormat('yyyy-MM'),
  };
}

/** The day of an instant in a time zone, `YYYY-MM-DD`. */
export function localDay(at: Date, timeZone: string): string {
  return DateTime.fromJSDate(at, { zone: timeZone }).toFormat('yyyy-MM-dd');
}

/** Whether one more lead at `priceCents` stays within every cap. A counter of an earlier period counts as zero. */
export function isWithinCaps(
  caps: readonly Cap[],
  usage: CapUsage,
  addition: { buckets: CapBuckets; priceCents: number },
): boolean {
  return caps.every((cap) => {
    const counter = usage[cap.period];
    const isCurrent = counter.bucket === addition.buckets[cap.period];
    const count = isCurrent ? counter.count : 0;
    const spendCents = isCurrent ? counter.spendCents : 0;
    return (
      (cap.count === null || count + 1 <= cap.count) &&
      (cap.spendCents === null || spendCents + addition.priceCents <= cap.spendCents)
    );
  });
}
