import { type Command, readAmount } from './commandLine.ts';
import { type FirstSeen, measureFirstSeen } from './operations/firstSeen.ts';
import { measureManyOperations, type Part } from './operations/manyOperations.ts';
import { atMost, type Bar, barLines, type Report, rounded, say, table } from './report.ts';
import { machineOf, prepareTestBed } from './testBed.ts';

/** `npm run perf -- operations`: what operations cost that were not seen before. */
export const operations: Command = {
  usage: `operations [--operations 10000]

  How long a first-seen operation of 30 fields over four subgraphs takes, and what so many distinct ones in a row do to memory and latency.`,
  options: { operations: { type: 'string' } },
  prepare(flags) {
    const count = readAmount(flags.operations, 10_000);
    if (!count || count < 500) return undefined;
    return async () => {
      const bed = await prepareTestBed();
      say(`${count} operations, some minutes; ${bed.cores.remark}`);
      const firstSeen = await measureFirstSeen(bed);
      const parts = await measureManyOperations(bed, count);
      await bed.replay.stop();
      return operationsReport(firstSeen, parts, machineOf(bed));
    };
  },
};

/** Flat is a slope of at most a tenth from the sixth and seventh part to the last two: the cache is full by then. */
const FLAT = 1.1;

function operationsReport(
  firstSeen: FirstSeen,
  parts: readonly Part[],
  machine: Readonly<Record<string, string>>,
): Report {
  const [second, last] = [parts[1], parts.at(-1)];
  if (!second || !last) throw new Error('Nothing was measured.');
  const bars = [
    atMost('first-seen operation, ms', firstSeen.medianMs, 60),
    atMost('new operations, last tenth beside the second', last.medianMs / second.medianMs, 1.5),
    atMost('known operation, last tenth beside the second', last.knownMs / second.knownMs, 1.5),
    ...memoryBar(parts),
  ];
  const lines = parts.map(({ medianMs, p95Ms, knownMs, rssMb }, index) => [
    `${index + 1}`,
    ...[medianMs, p95Ms, knownMs, rssMb].map((value) => (value === undefined ? '–' : String(rounded(value)))),
  ]);
  const first = Object.entries(firstSeen).map(([name, value]) => [name, String(rounded(value))]);
  return {
    name: 'operations',
    figures: { machine, firstSeen, parts },
    bars,
    text: [
      ...[...Object.values(machine), '', '30 fields over four subgraphs', ...table(first), ''],
      ...table([['tenth', 'new ms', 'p95 ms', 'known ms', 'RSS MB'], ...lines]),
      ...['', ...barLines(bars)],
    ],
  };
}

function memoryBar(parts: readonly Part[]): Bar[] {
  const mean = (some: readonly Part[]) => some.reduce((sum, { rssMb = Number.NaN }) => sum + rssMb, 0) / some.length;
  const slope = mean(parts.slice(-2)) / mean(parts.slice(5, 7));
  return Number.isNaN(slope) ? [] : [atMost('memory, last fifth beside the sixth and seventh tenth', slope, FLAT)];
}
