import { Latencies } from '../load/latencies.ts';
import type { Arrival } from './subscriberMessages.ts';

/** Milliseconds from publishing to the client's callback; NaN where no event came. */
export interface LagFigures {
  readonly events: number;
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** A time in which something was away, milliseconds since 1970. */
export interface Window {
  readonly from: number;
  readonly until: number;
}

/** Lags of the events that were published within one of the windows, and of all others. */
export function lagFigures(
  arrivals: readonly Arrival[],
  windows: readonly Window[],
): { readonly outside: LagFigures; readonly within: LagFigures } {
  const isWithin = ([at]: Arrival) => windows.some(({ from, until }) => from <= at && at <= until);
  return {
    outside: figuresOf(arrivals.filter((arrival) => !isWithin(arrival))),
    within: figuresOf(arrivals.filter(isWithin)),
  };
}

function figuresOf(arrivals: readonly Arrival[]): LagFigures {
  const lags = new Latencies();
  let sum = 0;
  for (const [, lag] of arrivals) {
    lags.add(lag);
    sum += lag;
  }
  const count = arrivals.length;
  return {
    events: count,
    mean: count > 0 ? sum / count : Number.NaN,
    p50: lags.quantile(0.5),
    p99: lags.quantile(0.99),
    max: lags.quantile(1),
  };
}
