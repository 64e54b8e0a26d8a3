import { expect, it } from 'vitest';
import { ratioOf } from './ratioOf.ts';

const rates = (requestsPerSecond: number, cpu: number | undefined) => ({
  requestsPerSecond,
  cpu,
  requestsPerCpuSecond: cpu && requestsPerSecond / cpu,
});

it('compares requests a second of gateways that use up their core', () => {
  expect(ratioOf(rates(1000, 0.99), rates(100, 1))).toEqual({ times: 10, by: 'time' });
});

it('compares CPU time where one of them was held up by something else', () => {
  expect(ratioOf(rates(1000, 0.5), rates(100, 1))).toEqual({ times: 20, by: 'cpu' });
  expect(ratioOf(rates(1000, 1), rates(50, 0.5))).toEqual({ times: 10, by: 'cpu' });
});

it('compares requests a second where CPU time is not known', () => {
  expect(ratioOf(rates(1000, undefined), rates(100, undefined))).toEqual({ times: 10, by: 'time' });
});
