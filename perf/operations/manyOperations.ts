import { kindOf } from '../gateways/gatewayKinds.ts';
import { memoryOf } from '../processes/processUse.ts';
import { median, say } from '../report.ts';
import { operations } from '../shop/operations.ts';
import type { TestBed } from '../testBed.ts';
import { generateOperation } from './generateOperation.ts';
import { seededRandom } from './seededRandom.ts';
import { timeOperation } from './timeOperation.ts';

/** What a part (a tenth) of the distinct operations was like. */
export interface Part {
  /** Of operations that were not seen before, milliseconds. */
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Of a known operation that was asked for in between, milliseconds. */
  readonly knownMs: number;
  /** The mean of what was seen in this part, MB; undefined where it cannot be read. */
  readonly rssMb: number | undefined;
}

const PARTS = 10;
/** After so many new operations the known one is asked for. */
const KNOWN_EVERY = 10;
const MEMORY_EVERY = 50;

/** Asks a new gateway for `count` operations, each another one, one after the other. */
export async function measureManyOperations(bed: TestBed, count: number): Promise<readonly Part[]> {
  const random = seededRandom(10_000);
  const seen = new Set<string>();
  const { port, pid, stop } = await bed.start(kindOf('leadgraph'), 'fetches');
  const parts: Part[] = [];
  try {
    while (parts.length < PARTS) {
      const [fresh, known, memory]: [number[], number[], number[]] = [[], [], []];
      while (fresh.length < count / PARTS) {
        fresh.push(await timeOperation(port, newOperation(random, seen), bed.keys.token));
        if (fresh.length % KNOWN_EVERY === 0) {
          known.push(await timeOperation(port, operations.medium.text, bed.keys.token));
        }
        if (fresh.length % MEMORY_EVERY === 0) memory.push(...[memoryOf(pid)?.rss ?? []].flat());
      }
      const part = partOf(fresh, known, memory);
      parts.push(part);
      say(`  ${seen.size} operations: ${part.medianMs.toFixed(1)} ms, ${Math.round(part.rssMb ?? 0)} MB`);
    }
    return parts;
  } finally {
    await stop();
  }
}

function newOperation(random: () => number, seen: Set<string>): string {
  for (;;) {
    const text = generateOperation(random, 5 + Math.floor(random() * 20));
    if (seen.has(text)) continue;
    seen.add(text);
    return text;
  }
}

function partOf(fresh: readonly number[], known: readonly number[], memory: readonly number[]): Part {
  const sorted = [...fresh].sort((a, b) => a - b);
  return {
    medianMs: median(fresh),
    p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN,
    knownMs: median(known),
    rssMb: memory.length > 0 ? memory.reduce((sum, each) => sum + each, 0) / memory.length : undefined,
  };
}
