import { describe, expect, it } from 'vitest';
import { between, bucketQuantile, bucketsOf, parseMetrics, sumOf } from './scrape.ts';

const page = (short: number, all: number) => `# HELP wait_seconds what it is
wait_seconds_bucket{le="0.1",lane="request",service="a"} ${short}
wait_seconds_bucket{le="0.5",lane="request",service="a"} ${all}
wait_seconds_bucket{le="+Inf",lane="request",service="a"} ${all}
wait_seconds_bucket{le="0.1",lane="background",service="a"} 7
sent_total{origin="request"} 3
sent_total{origin="a \\"quoted\\" one"} 4
odd NaN
up 1`;

describe('a page of metrics', () => {
  it('is read with its labels', () => {
    const samples = parseMetrics(page(1, 2));
    expect(sumOf(samples, 'sent_total')).toBe(7);
    expect(sumOf(samples, 'sent_total', { origin: 'request' })).toBe(3);
    expect(sumOf(samples, 'up')).toBe(1);
    expect(samples.some(({ name }) => name === 'odd')).toBe(false);
  });

  it('tells how much was counted between two of them', () => {
    const of = (text: string) => bucketsOf(parseMetrics(text), 'wait_seconds', { lane: 'request' });
    expect([...between(of(page(1, 2)), of(page(99, 102)))]).toEqual([
      [0.1, 98],
      [0.5, 100],
      [Number.POSITIVE_INFINITY, 100],
    ]);
  });
});

describe('the quantile of a histogram', () => {
  const buckets = new Map([
    [0.1, 90],
    [0.5, 100],
    [Number.POSITIVE_INFINITY, 104],
  ]);
  it.each([
    [0.45, 0.052],
    [0.95, 0.452],
    [1, 0.5],
  ])('%d is %d', (part, value) => {
    expect(bucketQuantile(buckets, part)).toBeCloseTo(value, 3);
  });

  it('of nothing is 0', () => {
    expect(bucketQuantile(new Map([[0.1, 0]]), 0.99)).toBe(0);
  });
});
