import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';

interface Options {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly [string, string?];
  /** Upper bounds in seconds, ascending. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

interface Tally {
  /** Observations by bucket, the last one for what is beyond the largest bound. */
  readonly counts: Float64Array;
  sum: number;
}

/**
 * A Prometheus histogram of durations by one or two labels, whose observations are additions to an array. prom-client's own looks its entry up by a text made of the labels, which took 2.5 % of
 * the time of a request with three fetches; its registry writes this one as well.
 */
export class DurationHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  private readonly tallies = new Map<string, Map<string, Tally>>();

  constructor(private readonly options: Options) {
    this.name = options.name;
    this.help = options.help;
    options.registry.registerMetric(this as unknown as Parameters<Registry['registerMetric']>[0]);
  }

  observe(first: string, second: string, seconds: number): void {
    const { buckets } = this.options;
    const tally = this.tallies.get(first)?.get(second) ?? this.add(first, second);
    let bucket = 0;
    while (bucket < buckets.length && seconds > (buckets[bucket] as number)) bucket++;
    tally.counts[bucket] = (tally.counts[bucket] as number) + 1;
    tally.sum += seconds;
  }

  /** For prom-client's registry: cumulative counts, sum and count of each pair of labels. */
  async get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const { name, help, type, aggregator } = this;
    const { labelNames, buckets } = this.options;
    const values: (MetricValue<string> & { metricName: string })[] = [];
    for (const [first, seconds] of this.tallies) {
      for (const [second, { counts, sum }] of seconds) {
        const labels = { [labelNames[0]]: first, ...(labelNames[1] !== undefined && { [labelNames[1]]: second }) };
        let count = 0;
        counts.forEach((observed, bucket) => {
          count += observed;
          values.push({
            metricName: `${name}_bucket`,
            labels: { le: buckets[bucket] ?? '+Inf', ...labels },
            value: count,
          });
        });
        values.push({ metricName: `${name}_sum`, labels, value: sum });
        values.push({ metricName: `${name}_count`, labels, value: count });
      }
    }
    return { name, help, type: type as never, aggregator, values, collect: () => {} };
  }

  private add(first: string, second: string): Tally {
    const tally = { counts: new Float64Array(this.options.buckets.length + 1), sum: 0 };
    const known = this.tallies.get(first) ?? new Map<string, Tally>();
    this.tallies.set(first, known.set(second, tally));
    return tally;
  }
}
