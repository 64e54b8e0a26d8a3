import { describe, expect, it } from 'vitest';
import { fitGrowth, foretell, scaleOf } from './fitGrowth.ts';

const sizes = [100_000, 250_000, 500_000, 1_000_000];
const points = (value: (leads: number) => number) => sizes.map((leads) => ({ leads, value: value(leads) }));

describe('the line of least squares', () => {
  it('goes on as something that grows with the leads does', () => {
    const fit = fitGrowth(
      points((leads) => 2 + leads / 1e6),
      'leads',
    );
    expect(fit?.at(10_000_000)).toBeCloseTo(12);
    expect(fit?.residual).toBeCloseTo(0);
  });

  it('goes on as something that grows with their logarithm does', () => {
    const fit = fitGrowth(
      points((leads) => 3 * Math.log10(leads)),
      'log leads',
    );
    expect(fit?.at(10_000_000)).toBeCloseTo(21);
    expect(fit?.residual).toBeCloseTo(0);
  });

  it('says how far the points are off it', () => {
    const off = fitGrowth(
      [
        { leads: 1, value: 9 },
        { leads: 2, value: 12 },
        { leads: 3, value: 9 },
      ],
      'leads',
    );
    // the line is at 10: 1, 2 and 1 off
    expect(off?.residual).toBeCloseTo(Math.sqrt(2) / 10);
  });

  it('needs two sizes', () => {
    expect(fitGrowth([], 'leads')).toBeUndefined();
    expect(fitGrowth([{ leads: 5, value: 1 }], 'leads')).toBeUndefined();
    expect(
      fitGrowth(
        [
          { leads: 5, value: 1 },
          { leads: 5, value: 2 },
        ],
        'log leads',
      ),
    ).toBeUndefined();
  });
});

describe('the line by which more is foretold', () => {
  const most = 10_000_000;

  it('is that of theory as long as nothing grows by the other one either', () => {
    expect(
      scaleOf(
        points((leads) => 35 + leads / 1e7),
        'log leads',
        most,
      ),
    ).toBe('log leads');
  });

  it('is the other one where the costs say so', () => {
    expect(
      scaleOf(
        points((leads) => 100 + leads / 1e4),
        'log leads',
        most,
      ),
    ).toBe('leads');
    expect(
      scaleOf(
        points((leads) => 100 * Math.log(leads)),
        'leads',
        most,
      ),
    ).toBe('leads');
  });

  it('is that of theory after one size', () => {
    expect(scaleOf([{ leads: 5, value: 1 }], 'leads', most)).toBe('leads');
  });
});

describe('what is foretold', () => {
  it('lies on the line', () => {
    expect(
      foretell(
        points((leads) => 1 + leads / 1e6),
        'leads',
        10_000_000,
      ),
    ).toBeCloseTo(11);
  });

  it('is not less than what was measured with the most', () => {
    expect(
      foretell(
        points((leads) => 10 - leads / 1e6),
        'leads',
        10_000_000,
      ),
    ).toBeCloseTo(9);
  });

  it('is nothing after one size', () => {
    expect(foretell([{ leads: 5, value: 1 }], 'leads', 10)).toBeUndefined();
  });
});
