/** How much was served: in a second, and for each second of CPU time. */
export interface Rates {
  readonly requestsPerSecond: number;
  readonly requestsPerCpuSecond: number | undefined;
  readonly cpu: number | undefined;
}

/** One measurement in relation to another. */
export interface Ratio {
  readonly times: number;
  /** By requests a second, or, because one of the two did not use up its core, by requests for each second of CPU time. */
  readonly by: 'time' | 'cpu';
}

/** Below this part of a core in use, a gateway was not what held up the requests: a second would measure the load, or what else the machine does. */
const BUSY = 0.9;

/** How many times as much `own` served as `other`. */
export function ratioOf(own: Rates, other: Rates): Ratio {
  const idle = [own, other].some(({ cpu }) => cpu !== undefined && cpu < BUSY);
  if (idle && own.requestsPerCpuSecond && other.requestsPerCpuSecond) {
    return { times: own.requestsPerCpuSecond / other.requestsPerCpuSecond, by: 'cpu' };
  }
  return { times: own.requestsPerSecond / other.requestsPerSecond, by: 'time' };
}
