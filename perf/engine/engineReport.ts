import { kindOf } from '../gateways/gatewayKinds.ts';
import { atLeast, atMost, type Bar, barLines, type Report, rounded, table } from '../report.ts';
import type { GatewayFigures, RowFigures } from './compareRow.ts';
import { memoryLimitMb, timesHive } from './rows.ts';

/** What the rows come to, with a bar for each promise that these rows and gateways could check. */
export function engineReport(measured: readonly RowFigures[], machine: Readonly<Record<string, string>>): Report {
  const bars = [...measured.flatMap(barsOf), ...memoryBar(measured)];
  return {
    name: 'engine',
    figures: { machine, rows: Object.fromEntries(measured.map((each) => [each.row.id, plainFigures(each)])) },
    bars,
    text: [...Object.values(machine), '', ...figureLines(measured), '', ...barLines(bars)],
  };
}

function barsOf({ row, ratios }: RowFigures): Bar[] {
  const apollo = ratios.get('apollo');
  // The faster of its two planners.
  const hive = [ratios.get('hive'), ratios.get('hive-rust')].flatMap((each) => each ?? []);
  return [
    ...(apollo && row.timesApollo ? [atLeast(`${row.id}: times Apollo`, apollo.times, row.timesApollo)] : []),
    ...(hive.length > 0
      ? [atLeast(`${row.id}: times Hive`, Math.min(...hive.map(({ times }) => times)), timesHive)]
      : []),
  ];
}

function memoryBar(measured: readonly RowFigures[]): Bar[] {
  const seen = measured
    .filter(({ row }) => row.operation === 'large')
    .flatMap(({ gateways }) => gateways.get('leadgraph')?.rssMb ?? []);
  return seen.length > 0 ? [atMost('large: memory, MB', Math.max(...seen), memoryLimitMb)] : [];
}

function plainFigures({ row, gateways, ratios }: RowFigures) {
  const numbers = (figures: GatewayFigures) =>
    Object.fromEntries(
      Object.entries(figures).map(([key, value]) => [key, value === undefined ? null : rounded(value)]),
    );
  return {
    sharing: row.sharing,
    gateways: Object.fromEntries([...gateways].map(([name, figures]) => [name, numbers(figures)])),
    timesOthers: Object.fromEntries([...ratios].map(([name, { times, by }]) => [name, { times: rounded(times), by }])),
  };
}

const HEADER = ['', 'req/s', 'req/CPU-s', 'CPU', 'p50 ms', 'p99 ms', 'fetches', 'RSS MB', 'PSS MB', 'Leadgraph is'];

function figureLines(measured: readonly RowFigures[]): string[] {
  const lines = measured.flatMap(({ row, gateways, ratios }) => [
    [row.label, ...Array(HEADER.length - 1).fill('')],
    ...[...gateways].map(([name, figures]) => {
      const ratio = ratios.get(name);
      return [
        `  ${kindOf(name).label}`,
        shown(figures.requestsPerSecond),
        shown(figures.requestsPerCpuSecond),
        figures.cpu === undefined ? '–' : `${Math.round(figures.cpu * 100)} %`,
        shown(figures.p50Ms),
        shown(figures.p99Ms),
        shown(figures.fetchesPerRequest),
        shown(figures.rssMb),
        shown(figures.pssMb),
        ratio ? `${rounded(ratio.times)} × by ${ratio.by}` : '',
      ];
    }),
  ]);
  return table([HEADER, ...lines]);
}

function shown(value: number | undefined): string {
  return value === undefined ? '–' : String(rounded(value));
}
