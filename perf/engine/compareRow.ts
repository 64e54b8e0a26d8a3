import type { GatewayName } from '../gateways/gatewayKinds.ts';
import type { Window } from '../load/measureWindow.ts';
import { type Ratio, ratioOf } from '../ratioOf.ts';
import { median } from '../report.ts';
import type { RowRounds } from './measureRow.ts';
import type { Row } from './rows.ts';

/** The medians of a gateway's rounds. */
export interface GatewayFigures {
  readonly requestsPerSecond: number;
  readonly requestsPerCpuSecond: number | undefined;
  readonly cpu: number | undefined;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly fetchesPerRequest: number;
  /** The most that was seen in any round. */
  readonly rssMb: number | undefined;
  readonly pssMb: number | undefined;
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

function figuresOf(rounds: readonly Window[]): GatewayFigures {
  const of = (value: (round: Window) => number | undefined) => rounds.flatMap((round) => value(round) ?? []);
  const middle = (values: number[]) => (values.length > 0 ? median(values) : undefined);
  const most = (values: number[]) => (values.length > 0 ? Math.max(...values) : undefined);
  return {
    requestsPerSecond: median(of((round) => round.requestsPerSecond)),
    requestsPerCpuSecond: middle(of((round) => round.requestsPerCpuSecond)),
    cpu: middle(of((round) => round.cpu)),
    p50Ms: median(of(({ p50 }) => p50)),
    p99Ms: median(of(({ p99 }) => p99)),
    fetchesPerRequest: median(of(({ fetchesPerRequest }) => fetchesPerRequest)),
    rssMb: most(of(({ memory }) => memory?.rss)),
    pssMb: most(of(({ memory }) => memory?.pss)),
  };
}
