import { atLeast, atMost, type Bar, barLines, type Report, rounded, table } from '../report.ts';
import type { KindOfMix, MixFigures, StoreFigures } from './measureStore.ts';
import { keptKinds, kinds, type Mix } from './requests.ts';
import { type VariantName, variants } from './variants.ts';

const MOST_CONNECTIONS = 20;
const LONGEST_WAIT_MS = 100;
const FEWER_STATEMENTS = 5;
const HITS_PERCENT = 95;

/** Holds what the variants did beside each other, and against what is promised. */
export function storeReport(figures: StoreFigures): Report {
  const { machine, options, leads, pooler, mixes } = figures;
  const bars = barsOf(mixes);
  return {
    name: 'store',
    figures,
    bars,
    text: [
      ...Object.values(machine),
      `${leads} leads, ${options.users} users who pause ${options.thinkMs / 1_000} s after each answer, PgBouncer ${pooler ? 'before' : 'not before'} PostgreSQL`,
      '',
      ...table([SUMMARY, ...mixes.map(summaryOf)]),
      ...(['mixed pages and leads', 'the earlier mix'] as const).flatMap((mix) => [
        ...['', `${mix}: milliseconds p50 / p95 / p99, hits in the cache`],
        ...table([['', ...variants.map(({ label }) => label), 'hits, %'], ...kindLines(mixes, mix)]),
      ]),
      ...errorLines(mixes),
      ...['', ...barLines(bars)],
    ],
  };
}

const SUMMARY = [
  ...['', 'req/s', 'statements/req', 'with background', 'connections', 'busy', 'refused', 'wait p99 ms', 'errors'],
];

function summaryOf(each: MixFigures): string[] {
  const { variant, mix, perSecond, statementsPerRequest, statements, requests } = each;
  const label = variants.find(({ name }) => name === variant)?.label ?? variant;
  return [
    `${mix}, ${label}`,
    ...[perSecond, statementsPerRequest, statements / requests, each.most, each.mostBusy, each.refusals].map(shown),
    ...[each.waitP99Ms, countErrors(each)].map(shown),
  ];
}

function kindLines(mixes: readonly MixFigures[], mix: Mix): string[][] {
  const of = (variant: VariantName) => mixes.find((each) => each.mix === mix && each.variant === variant)?.kinds ?? [];
  return kinds
    .filter((kind) => of('cache').some((each) => each.kind === kind))
    .map((kind) => {
      const cells = variants.map(({ name }) => {
        const found = of(name).find((each) => each.kind === kind);
        return found ? [found.p50Ms, found.p95Ms, found.p99Ms].map(shown).join(' / ') : '–';
      });
      return [kind, ...cells, shown(hitsPercent(of('cache').filter((each) => each.kind === kind)))];
    });
}

function barsOf(mixes: readonly MixFigures[]): Bar[] {
  const of = (mix: Mix, variant: VariantName) => {
    const found = mixes.find((each) => each.mix === mix && each.variant === variant);
    if (!found) throw new Error(`"${mix}" was not measured`);
    return found;
  };
  const fewer = (variant: VariantName) =>
    of('mixed pages and leads', 'alone').statementsPerRequest /
    of('mixed pages and leads', variant).statementsPerRequest;
  const kept = of('the earlier mix', 'cache').kinds.filter(({ kind }) => keptKinds.includes(kind));
  return [
    atMost('server connections, whatever is switched on', Math.max(...mixes.map(({ most }) => most)), MOST_CONNECTIONS),
    atMost('refused a connection, whatever is switched on', sum(mixes.map(({ refusals }) => refusals)), 0),
    atMost(
      'mixed pages and leads: wait for a connection, p99 ms',
      of('mixed pages and leads', 'cache').waitP99Ms,
      LONGEST_WAIT_MS,
    ),
    atLeast('mixed pages and leads: times fewer statements, batching and cache', fewer('cache'), FEWER_STATEMENTS),
    atLeast('the earlier mix: hits of the reads that were kept, %', hitsPercent(kept), HITS_PERCENT),
  ];
}

/** Of kinds together; NaN where nothing was looked up. */
function hitsPercent(of: readonly Pick<KindOfMix, 'lookups' | 'hits'>[]): number {
  return (100 * sum(of.map(({ hits }) => hits))) / sum(of.map(({ lookups }) => lookups));
}

function countErrors({ kinds }: MixFigures): number {
  return sum(kinds.flatMap(({ errors }) => Object.values(errors)));
}

function errorLines(mixes: readonly MixFigures[]): string[] {
  return mixes.flatMap(({ mix, variant, kinds }) =>
    kinds.flatMap(({ kind, errors }) =>
      Object.entries(errors).map(([code, count]) => `  ${mix}, ${variant}, ${kind}: ${count} × ${code}`),
    ),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

function shown(value: number): string {
  return Number.isFinite(value) ? String(rounded(value)) : '–';
}
