/** What a cost is taken to grow with: the leads, or their logarithm. */
export type Scale = 'leads' | 'log leads';

export interface Point {
  readonly leads: number;
  readonly value: number;
}

export interface Fit {
  readonly scale: Scale;
  /** The value for so many leads by the line. */
  readonly at: (leads: number) => number;
  /** How far the points are off the line: root of the mean square, in parts of the points' mean. 0 for two points, which every line meets. */
  readonly residual: number;
}

const scaled: Readonly<Record<Scale, (leads: number) => number>> = {
  leads: (leads) => leads,
  'log leads': (leads) => Math.log(leads),
};

/** The line of least squares through what was measured; undefined for fewer than two sizes. */
export function fitGrowth(points: readonly Point[], scale: Scale): Fit | undefined {
  const x = points.map(({ leads }) => scaled[scale](leads));
  const y = points.map(({ value }) => value);
  const [meanX, meanY] = [mean(x), mean(y)];
  const spread = sum(x.map((each) => (each - meanX) ** 2));
  if (points.length < 2 || spread === 0) return undefined;
  const slope = sum(x.map((each, index) => (each - meanX) * ((y[index] ?? 0) - meanY))) / spread;
  const at = (leads: number) => meanY + slope * (scaled[scale](leads) - meanX);
  const off = Math.sqrt(mean(points.map(({ leads, value }) => (value - at(leads)) ** 2)));
  return { scale, at, residual: meanY === 0 ? 0 : off / meanY };
}

/**
 * By which line more leads are to be foretold. `costs` are what does not depend on how busy the machine is (pages looked at). Theory is believed where the costs at least do not double by the
 * other line; else the line that is less off.
 */
export function scaleOf(costs: readonly Point[], theory: Scale, leads: number): Scale {
  const other: Scale = theory === 'leads' ? 'log leads' : 'leads';
  const [byTheory, byOther] = [fitGrowth(costs, theory), fitGrowth(costs, other)];
  if (!byTheory || !byOther || byOther.at(leads) <= 2 * largest(costs)) return theory;
  return byOther.residual < byTheory.residual ? other : theory;
}

/** What is to be expected of so many leads; never less than what was measured with the most. Undefined for fewer than two sizes. */
export function foretell(points: readonly Point[], scale: Scale, leads: number): number | undefined {
  const fit = fitGrowth(points, scale);
  return fit && Math.max(fit.at(leads), largest(points));
}

/** The value with the most leads. */
function largest(points: readonly Point[]): number {
  return points.reduce((most, point) => (point.leads > most.leads ? point : most)).value;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
