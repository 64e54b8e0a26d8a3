import { atMost, type Bar, rounded, table } from '../../report.ts';
import { fitGrowth, foretell, type Point, type Scale, scaleOf } from './fitGrowth.ts';
import { type ReadGrowth, type SizeGrowth, TEN_MILLION } from './measureGrowth.ts';
import { isLike, type Shape } from './plans.ts';
import type { StoreSize } from './storeSizes.ts';

type Kind = ReadGrowth['kind'];
/** What 95 of 100 may take in the database, ms. */
const MOST_MS: Readonly<Record<Kind, number>> = { lead: 10, page: 10, report: 20 };
/** With fewer leads the months are so small that other plans are as good, and ten million are too far away: shown, but no bars. */
const FORETELLS_FROM = 100_000;
const BADLY_OFF = 0.25;

export interface GrowthFigures {
  /** The smallest first; the last is what is loaded now. */
  readonly sizes: readonly SizeGrowth[];
  /** Sizes that were passed without having been measured. */
  readonly missed: readonly number[];
  readonly stores: readonly StoreSize[];
}

/** One kind of read over all sizes. */
interface Row {
  readonly last: ReadGrowth;
  readonly ms: readonly (number | undefined)[];
  /** Undefined as long as there are figures of one size only. */
  readonly model: Model | undefined;
}

interface Model {
  readonly scale: Scale;
  /** With ten million leads. */
  readonly ms: number;
  readonly buffers: number;
  /** How far the line is off what was measured, in parts of it. */
  readonly msOff: number;
  readonly buffersOff: number;
}

/** The figures as they are written out: without the plans, which only matter where they differ. */
export function growthSummary({ sizes, missed, stores }: GrowthFigures): object {
  return {
    ...{ missed, stores },
    sizes: sizes.map(({ leads, at, reads }) => ({
      ...{ leads, at },
      reads: reads.map(({ shapes: _, grownShapes: __, ...read }) => read),
    })),
    tenMillion: rowsOf(sizes).map(({ last: { name, theory }, model }) => ({ name, theory, ...model })),
    otherPlans: differences(sizes),
  };
}

export function growthLines(figures: GrowthFigures): string[] {
  const { sizes, missed } = figures;
  const last = sizes.at(-1);
  if (!last) return [];
  const rows = rowsOf(sizes);
  const header = [
    ...['', ...sizes.map(({ leads }) => String(leads)), 'pages read', 'months'],
    ...['grows with', '10 million', 'off', 'pages read', 'off'],
  ];
  return [
    'In the database, p95 in milliseconds by number of leads: parsing, planning and running the statements that the subgraphs send, one at a time; foretold for ten million.',
    ...table([header, ...rows.map(lineOf)]),
    ...missed.map(
      (leads) => `  No figures of ${leads} leads: they were passed without measuring. --fresh yes begins anew.`,
    ),
    ...(last.leads < FORETELLS_FROM
      ? [`  Of fewer than ${FORETELLS_FROM} leads nothing is promised for ten million.`]
      : []),
    ...rows.flatMap(noteLines),
    ...differenceLines(sizes),
    ...['', ...diskLines(figures, last.leads)],
  ];
}

export function growthBars({ sizes }: GrowthFigures): Bar[] {
  const last = sizes.at(-1);
  if (!last) return [];
  const rows = rowsOf(sizes);
  const kinds = Object.entries(MOST_MS) as [Kind, number][];
  const slowest = (when: string, value: (row: Row) => number | undefined) =>
    kinds.flatMap(([kind, most]) => {
      const [worst] = rows
        .filter((row) => row.last.kind === kind)
        .flatMap((row) => ({ name: row.last.name, ms: value(row) ?? Number.NaN }))
        .sort((a, b) => b.ms - a.ms);
      if (!worst || Number.isNaN(worst.ms)) return [];
      return [atMost(`${when}: ${worst.name}${kind === 'lead' ? '' : ', the slowest'}, p95 ms`, worst.ms, most)];
    });
  const count = (of: (read: ReadGrowth) => number) => last.reads.reduce((sum, read) => sum + of(read), 0);
  const bars = [
    ...slowest('in the database', (row) => row.last.p95Ms),
    atMost(
      'in the database: months read from end to end',
      count((read) => read.wholeMonths.length),
      0,
    ),
    atMost(
      'in the database: plans with months that their dates do not touch',
      count((read) => read.notPruned),
      0,
    ),
  ];
  if (last.leads < FORETELLS_FROM) return bars;
  return [
    ...bars,
    ...slowest('ten million, foretold', ({ model }) => model?.ms),
    atMost(
      'ten million: plans of another shape',
      differences(sizes).filter(({ leads }) => leads === TEN_MILLION).length,
      0,
    ),
  ];
}

function rowsOf(sizes: readonly SizeGrowth[]): Row[] {
  return (sizes.at(-1)?.reads ?? []).map((last) => {
    const found = sizes.map(({ leads, reads }) => ({ leads, read: reads.find(({ name }) => name === last.name) }));
    const points = (value: (read: ReadGrowth) => number): Point[] =>
      found.flatMap(({ leads, read }) => (read ? [{ leads, value: value(read) }] : []));
    return {
      last,
      ms: found.map(({ read }) => read?.p95Ms),
      model: modelOf(last.theory, { ms: points(({ p95Ms }) => p95Ms), buffers: points((read) => read.buffers) }),
    };
  });
}

function modelOf(
  theory: Scale,
  { ms, buffers }: { ms: readonly Point[]; buffers: readonly Point[] },
): Model | undefined {
  const scale = scaleOf(buffers, theory, TEN_MILLION);
  const [fit, buffersFit] = [fitGrowth(ms, scale), fitGrowth(buffers, scale)];
  const [foretold, foretoldBuffers] = [foretell(ms, scale, TEN_MILLION), foretell(buffers, scale, TEN_MILLION)];
  if (!fit || !buffersFit || foretold === undefined || foretoldBuffers === undefined) return undefined;
  return {
    ...{ scale, ms: foretold, buffers: foretoldBuffers },
    ...{ msOff: fit.residual, buffersOff: buffersFit.residual },
  };
}

function lineOf({ last: { name, buffers, months }, ms, model }: Row): string[] {
  const foretold = model
    ? [model.scale, shown(model.ms), percent(model.msOff), shown(model.buffers), percent(model.buffersOff)]
    : ['–', '–', '–', '–', '–'];
  return [name, ...ms.map(shown), shown(buffers), shown(months), ...foretold];
}

/** What is remarkable about one kind of read. */
function noteLines({ last, model }: Row): string[] {
  const { name, theory, wholeMonths, wholeTables } = last;
  return [
    ...(model && model.scale !== theory
      ? [`  ${name}: grows with ${model.scale} by the pages that it read, though ${theory} were expected.`]
      : []),
    ...(model && Math.max(model.msOff, model.buffersOff) > BADLY_OFF
      ? [`  ${name}: no line fits, it is more than ${percent(BADLY_OFF)} off what was measured.`]
      : []),
    ...(wholeMonths.length > 0 ? [`  ${name} reads months from end to end: ${wholeMonths.join(', ')}`] : []),
    ...(wholeTables.length > 0 ? [`  ${name} reads from end to end: ${wholeTables.join(', ')}`] : []),
  ];
}

/** A plan that with more leads does what it does not with fewer: from the size before to the last one, and from that to ten million. */
interface Difference {
  readonly read: string;
  readonly case: string;
  readonly leads: number;
  readonly shape: Shape;
  readonly before: Shape;
}

function differences(sizes: readonly SizeGrowth[]): Difference[] {
  const [last, before] = [sizes.at(-1), sizes.at(-2)];
  return (last?.reads ?? []).flatMap(({ name: read, shapes, grownShapes }) => {
    const fewer = before?.reads.find(({ name }) => name === read)?.shapes;
    return [
      ...(last && fewer ? changes(fewer, shapes).map((change) => ({ read, leads: last.leads, ...change })) : []),
      ...changes(shapes, grownShapes).map((change) => ({ read, leads: TEN_MILLION, ...change })),
    ];
  });
}

type Shapes = Readonly<Record<string, Shape>>;

function changes(fewer: Shapes, more: Shapes): Pick<Difference, 'case' | 'shape' | 'before'>[] {
  return Object.entries(more).flatMap(([name, shape]) => {
    const { [name]: before } = fewer;
    return !before || isLike(shape, before) ? [] : [{ case: name.trim(), shape, before }];
  });
}

/** One of each kind of read, and how many there are. */
function differenceLines(sizes: readonly SizeGrowth[]): string[] {
  const groups = Map.groupBy(differences(sizes), ({ read, leads }) => `${read}, with ${leads} leads`);
  return [...groups].flatMap(([name, group]) => {
    const [first] = group;
    if (!first) return [];
    return [
      `  ${name}: ${group.length} other plans, e.g. ${first.case}: ${shapeText(first.shape)}, before ${shapeText(first.before)}`,
    ];
  });
}

function shapeText({ text, sorts }: Shape): string {
  return sorts === 0 ? text : `${text}, sorting ${sorts} ${sorts === 1 ? 'time' : 'times'}`;
}

function diskLines({ stores }: GrowthFigures, leads: number): string[] {
  const text = ({ name, total, indexes }: StoreSize['tables'][number]) =>
    `${name} ${megabytes(total)} (${megabytes(indexes)})`;
  return [
    'On disk, MB (indexes)',
    ...stores.map(
      ({ store, total, tables }) =>
        `  ${store} ${megabytes(total)}, ${rounded(total / leads)} bytes a lead: ${tables.map(text).join(', ')}`,
    ),
  ];
}

function percent(part: number): string {
  return `${Math.round(100 * part)} %`;
}

function megabytes(bytes: number): string {
  return String(rounded(bytes / 1e6));
}

function shown(value: number | undefined): string {
  return value !== undefined && Number.isFinite(value) ? String(rounded(value)) : '–';
}
