import { kindOf } from '../gateways/gatewayKinds.ts';
import { median } from '../report.ts';
import type { TestBed } from '../testBed.ts';
import { generateOperation, generateOperationOfAll } from './generateOperation.ts';
import { seededRandom } from './seededRandom.ts';
import { timeOperation } from './timeOperation.ts';

/** Times of operations of 30 fields over four subgraphs, milliseconds. */
export interface FirstSeen {
  /** The first operation that the process was ever asked for. */
  readonly firstAfterStartMs: number;
  /** Operations that were new to a process that had served others. */
  readonly medianMs: number;
  readonly slowestMs: number;
  /** The same ones asked for again: what of the time is neither planning nor compiling. */
  readonly againMs: number;
}

const FIELDS = 30;
const MEASURED = 25;
const OTHERS = 100;

/** Asks a new gateway for operations that it has not seen. */
export async function measureFirstSeen(bed: TestBed): Promise<FirstSeen> {
  const random = seededRandom(30);
  const others = Array.from({ length: OTHERS }, () => generateOperation(random, 5 + Math.floor(random() * 20)));
  const [first = '', ...measured] = Array.from({ length: MEASURED + 1 }, () => generateOperationOfAll(random, FIELDS));
  await askScout(bed, [first, ...others, ...measured]);

  const { port, stop } = await bed.start(kindOf('leadgraph'), 'fetches');
  const time = (text: string) => timeOperation(port, text, bed.keys.token);
  const timeAll = async (texts: readonly string[]) => {
    const times: number[] = [];
    for (const text of texts) times.push(await time(text));
    return times;
  };
  try {
    const firstAfterStartMs = await time(first);
    await timeAll(others);
    const times = await timeAll(measured);
    const again = await timeAll(measured);
    return { firstAfterStartMs, medianMs: median(times), slowestMs: Math.max(...times), againMs: median(again) };
  } finally {
    await stop();
  }
}

/** Another gateway asks first, so that the subgraphs' part of the measured times is a replay and not an execution. */
async function askScout(bed: TestBed, texts: readonly string[]): Promise<void> {
  const { port, stop } = await bed.start(kindOf('leadgraph'), 'fetches');
  try {
    for (const text of texts) await timeOperation(port, text, bed.keys.token);
  } finally {
    await stop();
  }
}
