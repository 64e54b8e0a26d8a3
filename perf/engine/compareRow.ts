import type { GatewayName } from '../gateways/gatewayKinds.ts';
import { median } from '../report.ts';
import type { Round } from './measureRound.ts';
import type { RowRounds } from './measureRow.ts';
import type { Row } from './rows.ts';

/** Below this part of a core in use, a gateway was not what held up its round, and requests a second would measure the load. */
const BUSY = 0.9;

/** The medians of a gateway's rounds. */
export interface GatewayFigures {
  readonly requestsPerSecond: number;
  readonly requestsPerCpuSecond: number | undefined;
  readonly cpu: number | undefined;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The most that was seen in any round. */
  readonly rssMb: number | undefined;
  readonly pssMb: number | undefined;
}

/** Leadgraph in relation to another gateway. */
export interface Ratio {
  readonly times: number;
  /** Requests a second, or, because one of the two did not use up its core, requests for each second of CPU time. */
  readonly by: 'time' | 'cpu';
}

export interface RowFigures {
  readonly row: Row;
  readonly gateways: ReadonlyMap<GatewayName, GatewayFigures>;
  readonly ratios: ReadonlyMap<GatewayName, Ratio>;
}

/** The figures of a row and how Leadgraph stands to each of the others. */
export function compareRow(row: Row, rounds: RowRounds): RowFigures {
  const gateways = new Map([...rounds].map(([name, each]) => [name, figuresOf(each)] as const));
  const own = gateways.get('leadgraph');
  const others = [...gateways].filter(([name]) => own && name !== 'leadgraph');
  return { row, gateways, ratios: new Map(others.map(([name, other]) => [name, ratioOf(own ?? other, other)])) };
}

function figuresOf(rounds: readonly Round[]): GatewayFigures {
  const of = (value: (round: Round) => number | undefined) => rounds.flatMap((round) => value(round) ?? []);
  const middle = (values: number[]) => (values.length > 0 ? median(values) : undefined);
  const most = (values: number[]) => (values.length > 0 ? Math.max(...values) : undefined);
  return {
    requestsPerSecond: median(of((round) => round.requestsPerSecond)),
    requestsPerCpuSecond: middle(of((round) => round.requestsPerCpuSecond)),
    cpu: middle(of((round) => round.cpu)),
    p50Ms: median(of(({ p50 }) => p50)),
    p99Ms: median(of(({ p99 }) => p99)),
    rssMb: most(of(({ memory }) => memory?.rss)),
    pssMb: most(of(({ memory }) => memory?.pss)),
  };
}

function ratioOf(own: GatewayFigures, other: GatewayFigures): Ratio {
  const idle = [own, other].some(({ cpu }) => cpu !== undefined && cpu < BUSY);
  if (idle && own.requestsPerCpuSecond && other.requestsPerCpuSecond) {
    return { times: own.requestsPerCpuSecond / other.requestsPerCpuSecond, by: 'cpu' };
  }
  return { times: own.requestsPerSecond / other.requestsPerSecond, by: 'time' };
}
