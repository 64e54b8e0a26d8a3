import { connectionShare, DEFAULT_CONNECTION_BUDGET } from '../../infra/stack/src/connectionBudget.ts';
import { atMost, type Bar, barLines, type Report, rounded, table } from '../report.ts';
import type { Answers } from './callers.ts';
import { growthBars, growthLines, growthSummary } from './growth/growthReport.ts';
import type { DataFigures, Level, Measured } from './measureData.ts';
import type { MixedLevel } from './mixedLoad.ts';
import type { Connections } from './watchConnections.ts';

/** What leads and agents may have of the platform's server connections: the other two are stopped, so the whole budget would prove nothing. */
const MOST_CONNECTIONS = 2 * connectionShare(DEFAULT_CONNECTION_BUDGET, { replica: false }).limit;

/** Holds what was measured against the earlier figures and against what is promised. */
export function dataReport(figures: DataFigures): Report {
  const { machine, loaded, growth, statements, mixed } = figures;
  const levels = statements.flatMap(({ alone, at100, at500 }): Connections[] => [
    alone,
    ...Object.values(at100),
    ...Object.values(at500),
  ]);
  const bars = [
    ...growthBars(growth),
    ...statements.flatMap(barsOf),
    ...mixed.flatMap(mixedBarsOf),
    atMost(
      'server connections of leads and agents',
      Math.max(...[...levels, ...mixed].map(({ most }) => most)),
      MOST_CONNECTIONS,
    ),
  ];
  return {
    name: 'data',
    figures: { ...figures, growth: growthSummary(growth) },
    bars,
    text: [
      ...[...Object.values(machine), `${loaded.leads} leads, ${loadText(loaded)}`, ''],
      ...[...growthLines(growth), ''],
      'Through the subgraphs, milliseconds; the earlier figures are those of its database alone.',
      ...table([HEADER, ...statements.map(lineOf)]),
      ...['', 'As fast as answers come.'],
      ...table([FLAT_HEADER, ...statements.map(flatLineOf)]),
      ...['', 'All at once, at the pace of the earlier users; beside the p95 of the earlier endpoints.'],
      ...table([MIXED_HEADER, ...mixed.flatMap(mixedLinesOf)]),
      ...errorLines(figures),
      ...['', ...barLines(bars)],
    ],
  };
}

function loadText({ copied, copySeconds, finishSeconds }: DataFigures['loaded']): string {
  if (copied === 0) return 'loaded before';
  const rate = rounded(copied / copySeconds);
  return `${copied} of them loaded now: ${rate} a second for ${rounded(copySeconds)} s; ${rounded(finishSeconds)} s for counting the reports and analysing the tables`;
}

const HEADER = ['', 'alone p95', 'at 100', 'p95', 'earlier', 'at 500', 'p95', 'earlier', 'connections', 'busy'];
const MIXED_HEADER = ['', 'users', 'req/s', 'mean', 'p95', 'p99', 'earlier', 'connections', 'waits > 100 ms, %'];
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
  return [
    ...(aloneP95Ms === undefined ? [] : [atMost(`${name}, alone, p95 ms`, alone.p95Ms, aloneP95Ms)]),
    atMost(`${name}, 100 callers, mean ms`, at100.paced.meanMs, earlierMs[0]),
    atMost(`${name}, 500 callers, mean ms`, at500.paced.meanMs, earlierMs[1]),
    atMost(`${name}, errors`, countErrors(paced), 0),
  ];
}

function mixedLinesOf({ users, parts, most, longWaitsPercent }: MixedLevel): string[][] {
  return parts.map(({ name, earlierP95Ms, answers: { perSecond, meanMs, p95Ms, p99Ms } }) => [
    name,
    ...[users, perSecond, meanMs, p95Ms, p99Ms, earlierP95Ms, most, longWaitsPercent].map(shown),
  ]);
}

function mixedBarsOf({ crowd, users, parts, longWaitsPercent }: MixedLevel): Bar[] {
  return [
    ...parts.map(({ name, earlierP95Ms, answers }) => atMost(`${crowd}, ${name}, p95 ms`, answers.p95Ms, earlierP95Ms)),
    atMost(`${crowd}, errors`, countErrors(parts.map(({ answers }) => answers)), 0),
    atMost(`${crowd}, ${users} users, waits for a connection over 100 ms, %`, longWaitsPercent, 1),
  ];
}

function countErrors(answers: readonly Answers[]): number {
  return answers.flatMap(({ errors }) => Object.values(errors)).reduce((sum, count) => sum + count, 0);
}

function errorLines({ statements, mixed }: DataFigures): string[] {
  const measured = [
    ...statements.flatMap(({ name, at100, at500 }) =>
      [at100.paced, at100.flatOut, at500.paced, at500.flatOut].map((answers) => ({ name, answers })),
    ),
    ...mixed.flatMap(({ crowd, parts }) => parts.map(({ name, answers }) => ({ name: `${crowd}, ${name}`, answers }))),
  ];
  return measured.flatMap(({ name, answers: { callers, errors } }) =>
    Object.entries(errors).map(([code, count]) => `  ${name}, ${callers} callers: ${count} × ${code}`),
  );
}

function shown(value: number): string {
  return Number.isFinite(value) ? String(rounded(value)) : '–';
}
