import { type Answers, call } from './callers.ts';
import type { Ask, Statement } from './statements.ts';
import type { Connections } from './watchConnections.ts';

/** The earlier users, all together. */
const crowds = { baseline: 100, peak: 500, spike: 1_000 } as const;
export type Crowd = keyof typeof crowds;
/** No one should wait longer for a connection, but for one of a hundred. */
const LONG_WAIT_S = '0.1';

/**
 * What the stores get of the mix that was set for the earlier users: of a hundred requests 40 lists, 30 leads and 10 new leads. The other 20 (health, quotes, qualifications) ask no store that is
 * measured, and nobody stands for them.
 */
const parts: readonly { name: string; share: number; earlierP95Ms: Readonly<Record<Crowd, number>> }[] = [
  { name: 'leads with filters', share: 0.4, earlierP95Ms: { baseline: 78, peak: 120, spike: 280 } },
  { name: 'lead by id', share: 0.3, earlierP95Ms: { baseline: 65, peak: 95, spike: 220 } },
  { name: 'insert a lead', share: 0.1, earlierP95Ms: { baseline: 180, peak: 280, spike: 720 } },
];

export interface MixedLevel extends Connections {
  readonly crowd: Crowd;
  readonly users: number;
  readonly parts: readonly { readonly name: string; readonly earlierP95Ms: number; readonly answers: Answers }[];
  /** Of a hundred requests' waits for a connection of leads, how many took longer than 100 ms. */
  readonly longWaitsPercent: number;
}

export interface MixedMeans {
  readonly statements: readonly Statement[];
  readonly tokens: Ask['tokens'];
  readonly seconds: number;
  /** Requests a second of each user. */
  readonly rate: number;
  readonly connections: { take(): Connections };
  readonly settled: () => Promise<void>;
}

/** Lets all kinds of users ask at once, in each of the earlier numbers. */
export async function mixedLoad({ statements, tokens, seconds, rate, connections, settled }: MixedMeans) {
  const levels: MixedLevel[] = [];
  for (const [crowd, users] of Object.entries(crowds) as [Crowd, number][]) {
    connections.take();
    const before = await waits(tokens.url('leads'));
    const measured = await Promise.all(
      parts.map(async ({ name, share, earlierP95Ms }) => {
        const statement = statements.find((one) => one.name === name);
        if (!statement) throw new Error(`there is no statement "${name}"`);
        const answers = await call({ statement, callers: users * share, seconds, rate, tokens });
        return { name, earlierP95Ms: earlierP95Ms[crowd], answers };
      }),
    );
    const after = await waits(tokens.url('leads'));
    const all = after.all - before.all;
    const longWaitsPercent = all === 0 ? 0 : 100 * (1 - (after.short - before.short) / all);
    levels.push({ crowd, users, parts: measured, longWaitsPercent, ...connections.take() });
    await settled();
  }
  return levels;
}

/** How many waits for a connection requests have had, and how many of them were short. */
async function waits(url: string): Promise<{ all: number; short: number }> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const lines = text.split('\n').filter((line) => line.startsWith('store_connection_wait_seconds'));
  const read = (...labels: string[]) => {
    const line = lines.find((one) => one.includes('lane="request"') && labels.every((label) => one.includes(label)));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  return { all: read('_count'), short: read(`le="${LONG_WAIT_S}"`) };
}
