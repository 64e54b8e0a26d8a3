import { connectionShare, DEFAULT_CONNECTION_BUDGET } from '../../infra/stack/src/connectionBudget.ts';
import { atMost, type Bar, barLines, type Report, rounded, table } from '../report.ts';
import type { DataFigures, Level, Measured } from './measureData.ts';

/** What leads and agents may have of the platform's server connections: the other two are stopped, so the whole budget would prove nothing. */
const MOST_CONNECTIONS = 2 * connectionShare(DEFAULT_CONNECTION_BUDGET, { replica: false }).limit;

/** Holds what was measured against the earlier figures and against what is promised. */
export function dataReport(figures: DataFigures): Report {
  const { machine, loaded, statements } = figures;
  const levels = statements.flatMap(({ alone, at100, at500 }) => [
    alone,
    ...Object.values(at100),
    ...Object.values(at500),
  ]);
  const bars = [
    ...statements.flatMap(barsOf),
    atMost('server connections of leads and agents', Math.max(...levels.map(({ most }) => most)), MOST_CONNECTIONS),
  ];
  const load = loaded.seconds > 0 ? `loaded in ${rounded(loaded.seconds)} s` : 'loaded before';
  return {
    name: 'data',
    figures,
    bars,
    text: [
      ...[...Object.values(machine), `${loaded.leads} leads, ${load}`, ''],
      'Through the subgraphs, milliseconds; the earlier figures are those of its database alone.',
      ...table([HEADER, ...statements.map(lineOf)]),
      ...['', 'As fast as answers come.'],
      ...table([FLAT_HEADER, ...statements.map(flatLineOf)]),
      ...errorLines(statements),
      ...['', ...barLines(bars)],
    ],
  };
}

const HEADER = ['', 'alone p95', 'at 100', 'p95', 'earlier', 'at 500', 'p95', 'earlier', 'connections', 'busy'];
const FLAT_HEADER = ['', '100: req/s', 'mean', 'p99', '500: req/s', 'mean', 'p99', 'connections'];

function lineOf({ name, alone, at100, at500, earlierMs }: Measured): string[] {
  const [earlierAt100, earlierAt500] = earlierMs;
  const paced = [at100.paced, at500.paced];
  return [
    name,
    ...[alone.p95Ms, at100.paced.meanMs, at100.paced.p95Ms, earlierAt100].map(shown),
    ...[at500.paced.meanMs, at500.paced.p95Ms, earlierAt500].map(shown),
    ...[Math.max(...paced.map(({ most }) => most)), Math.max(...paced.map(({ mostBusy }) => mostBusy))].map(shown),
  ];
}

function flatLineOf({ name, at100, at500 }: Measured): string[] {
  const [few, many] = [at100.flatOut, at500.flatOut];
  const of = ({ perSecond, meanMs, p99Ms }: Level) => [perSecond, meanMs, p99Ms].map(shown);
  return [name, ...of(few), ...of(many), shown(Math.max(few.most, many.most))];
}

function barsOf({ name, alone, aloneP95Ms, at100, at500, earlierMs }: Measured): Bar[] {
  const paced = [at100.paced, at500.paced];
  const errors = paced.flatMap((level) => Object.values(level.errors)).reduce((sum, count) => sum + count, 0);
  return [
    ...(aloneP95Ms === undefined ? [] : [atMost(`${name}, alone, p95 ms`, alone.p95Ms, aloneP95Ms)]),
    atMost(`${name}, 100 callers, mean ms`, at100.paced.meanMs, earlierMs[0]),
    atMost(`${name}, 500 callers, mean ms`, at500.paced.meanMs, earlierMs[1]),
    atMost(`${name}, errors`, errors, 0),
  ];
}

function errorLines(statements: readonly Measured[]): string[] {
  return statements.flatMap(({ name, at100, at500 }) =>
    [at100.paced, at100.flatOut, at500.paced, at500.flatOut].flatMap(({ callers, errors }) =>
      Object.entries(errors).map(([code, count]) => `  ${name}, ${callers} callers: ${count} × ${code}`),
    ),
  );
}

function shown(value: number): string {
  return Number.isFinite(value) ? String(rounded(value)) : '–';
}
