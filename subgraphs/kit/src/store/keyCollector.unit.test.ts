import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyCollector } from './keyCollector.js';

interface Row {
  key: string;
  version: number;
  nested: { list: number[]; at: Date };
}

/** As many rows as the key says, all of the version. */
const rowsOf = (key: string, version: number): Row[] =>
  Array.from({ length: Number(key) % 3 }, (_, index) => ({
    key,
    version,
    nested: { list: [index], at: new Date(version) },
  }));

class StatementFailed extends Error {
  /** Infinite where there was no connection: whoever waited for it asked before. */
  readonly startedAt: number;
  constructor(startedAt: number) {
    super('failed');
    this.startedAt = startedAt;
  }
}

type Step =
  | { do: 'load'; keys: string[] }
  | { do: 'write'; key: string }
  | { do: 'let one thing happen' }
  | { do: 'let a turn pass' };

const key = fc.integer({ min: 0, max: 7 }).map(String);
const step = fc.oneof(
  fc.record({ do: fc.constant('load' as const), keys: fc.uniqueArray(key, { maxLength: 5 }) }),
  fc.record({ do: fc.constant('write' as const), key }),
  fc.constant({ do: 'let one thing happen' as const }),
  fc.constant({ do: 'let a turn pass' as const }),
);

describe('what callers get together', () => {
  it('is what each would get alone: not older than its call, its own objects, failures of statements that began after it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(step, { maxLength: 40 }),
        fc.array(fc.constantFrom('ok', 'ok', 'ok', 'no connection', 'fails'), { minLength: 30, maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        async (scheduler, steps: Step[], fates, mostKeys) => {
          let clock = 0;
          const versions = new Map<string, number>();
          const versionOf = (each: string) => versions.get(each) ?? 0;
          let begun = 0;
          let open = 0;
          const collector = new KeyCollector<Row>({
            keyOf: (row) => row.key,
            mostKeys,
            longestWaitMs: 1,
            async connect() {
              const fate = fates[begun++ % fates.length];
              await scheduler.schedule(Promise.resolve(), 'connect');
              if (fate === 'no connection') throw new StatementFailed(Number.POSITIVE_INFINITY);
              open += 1;
              return {
                async load(keys) {
                  expect(new Set(keys).size).toBe(keys.length);
                  expect(keys.length).toBeGreaterThan(0);
                  expect(keys.length).toBeLessThanOrEqual(mostKeys);
                  const startedAt = ++clock;
                  const rows = keys.flatMap((each) => rowsOf(each, versionOf(each)));
                  await scheduler.schedule(Promise.resolve(), 'statement');
                  if (fate === 'fails') throw new StatementFailed(startedAt);
                  return rows;
                },
                async release() {
                  open -= 1;
                },
              };
            },
          });

          const calls: Promise<void>[] = [];
          let settled = 0;
          const seen = new Set<unknown>();
          for (const each of steps) {
            if (each.do === 'write') versions.set(each.key, versionOf(each.key) + 1);
            else if (each.do === 'let a turn pass') await turn();
            else if (each.do === 'load') {
              const askedAt = ++clock;
              const atLeast = each.keys.map(versionOf);
              calls.push(
                collector.load(each.keys).then(
                  (found) => {
                    expect(found).toHaveLength(each.keys.length);
                    found.forEach((rows, index) => {
                      const name = each.keys[index] as string;
                      const version = rows[0]?.version ?? versionOf(name);
                      expect(rows).toEqual(rowsOf(name, version));
                      expect(version).toBeGreaterThanOrEqual(atLeast[index] as number);
                      expect(version).toBeLessThanOrEqual(versionOf(name));
                      for (const object of [rows, ...rows, ...rows.flatMap((row) => [row.nested, row.nested.at])]) {
                        expect(seen.has(object)).toBe(false);
                        seen.add(object);
                      }
                    });
                  },
                  (error: StatementFailed) => expect(error.startedAt).toBeGreaterThan(askedAt),
                ),
              );
            } else if (scheduler.count() > 0) await scheduler.waitOne();
          }
          for (const call of calls) call.finally(() => (settled += 1)).catch(() => undefined);
          // A call of several statements is over with the first that fails; the others still come to their end.
          let idle = 0;
          while (settled < calls.length || scheduler.count() > 0 || (open > 0 && idle < 1_000)) {
            if (scheduler.count() > 0) await scheduler.waitOne();
            else await turn();
            idle = scheduler.count() > 0 ? 0 : idle + 1;
          }
          await Promise.all(calls);
          expect(open).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the window', () => {
  /** A store whose statements end when told, and the keys of each. */
  function store(options: { connections?: number } = {}) {
    const statements: { keys: readonly string[]; end: () => void }[] = [];
    let free = options.connections ?? 10;
    const waiting: (() => void)[] = [];
    let idle = 0;
    const collector = new KeyCollector<Row>({
      keyOf: (row) => row.key,
      mostKeys: 100,
      longestWaitMs: 60_000,
      onIdle: () => (idle += 1),
      async connect() {
        if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
        free -= 1;
        return {
          load: (keys) =>
            new Promise((resolve) => {
              statements.push({ keys, end: () => resolve(keys.flatMap((each) => rowsOf(each, 1))) });
            }),
          async release() {
            free += 1;
            waiting.shift()?.();
          },
        };
      },
    });
    return { collector, statements, idle: () => idle };
  }

  it('is one turn of the event loop when nothing is under way', async () => {
    const { collector, statements } = store();
    void collector.load(['1']);
    void collector.load(['1', '2']);
    expect(statements).toHaveLength(0);
    await turn();
    await turn();
    expect(statements.map(({ keys }) => keys)).toEqual([['1', '2']]);
  });

  it('is the statement under way: whoever comes meanwhile is answered by the next one, never by this one', async () => {
    const { collector, statements, idle } = store();
    const first = collector.load(['1']);
    await turn();
    await turn();
    const second = collector.load(['1']);
    const third = collector.load(['4', '1']);
    await turn();
    await turn();
    expect(statements).toHaveLength(1);
    statements[0]?.end();
    expect(await first).toHaveLength(1);
    await turn();
    await turn();
    expect(statements.map(({ keys }) => keys)).toEqual([['1'], ['1', '4']]);
    statements[1]?.end();
    expect((await third).map((rows) => rows.length)).toEqual([1, 1]);
    expect(await second).toHaveLength(1);
    await turn();
    expect(idle()).toBe(1);
  });

  it('is the wait for a connection, whatever else has them', async () => {
    const busy = store({ connections: 1 });
    void busy.collector.load(['1']);
    await turn();
    await turn();
    expect(busy.statements).toHaveLength(1);
    for (const each of ['2', '3', '2', '4']) {
      void busy.collector.load([each]);
      await turn();
    }
    busy.statements[0]?.end();
    await turn();
    await turn();
    expect(busy.statements[1]?.keys).toEqual(['2', '3', '4']);
  });

  it('ends when as many keys wait as a statement may have', async () => {
    const { collector, statements } = store();
    void collector.load(['1']);
    await turn();
    await turn();
    void collector.load(Array.from({ length: 250 }, (_, index) => `${index}`));
    await turn();
    await turn();
    await turn();
    expect(statements.map(({ keys }) => keys.length)).toEqual([1, 100, 100]);
  });
});
