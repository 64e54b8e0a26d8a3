import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { composePlanningGraph, endlessOperation, limitless } from '../../test/fixtures/planningGraph.js';
import { Planner, type PlannerOptions } from './planner.js';
import { SupergraphRefused } from './supergraphRefused.js';

const sdl = composePlanningGraph();
const running: Planner[] = [];
afterEach(async () => {
  for (const planner of running.splice(0)) await planner.close();
});

async function startPlanner(options: Partial<PlannerOptions> = {}): Promise<Planner> {
  const { planner } = await Planner.load(sdl, { ...limitless, timeLimitMs: 60_000, waiting: 100, ...options });
  running.push(planner);
  return planner;
}

const plan = async (planner: Planner, text: string) => JSON.parse(await planner.plan(text, undefined));
/** An operation that is planned in milliseconds, and what its plan is known by. */
const quick = (name: string) => `query ${name} { a { bOwn } }`;
const isQuick = (name: string) => expect.objectContaining({ kind: 'Sequence', nodes: [fetchOf(name, 0), anyFlatten] });
const fetchOf = (name: string, index: number) => expect.objectContaining({ operationName: `${name}__a__${index}` });
const anyFlatten = expect.objectContaining({ kind: 'Flatten' });
const refusedWith = (code: string) => expect.objectContaining({ name: 'RequestRefused', code });
const threadOf = (planner: Planner) => (planner as unknown as { thread: Worker }).thread;

it('plans what it is asked, each answer for its own operation', async () => {
  const planner = await startPlanner();
  const names = Array.from({ length: 30 }, (_, index) => `Quick${index}`);
  const plans = await Promise.all(names.map((name) => plan(planner, quick(name))));
  expect(plans).toEqual(names.map(isQuick));
});

it('plans the operation of the given name', async () => {
  const planner = await startPlanner();
  const document = `${quick('One')} ${quick('Two')}`;
  expect(JSON.parse(await planner.plan(document, 'Two'))).toEqual(isQuick('Two'));
});

it.each([['not GraphQL {'], ['type Query { a: Int }'], ['']])(
  'refuses the supergraph %o and says why',
  async (text) => {
    const refused = Planner.load(text, { ...limitless, timeLimitMs: 1_000, waiting: 1 });
    await expect(refused).rejects.toThrow(SupergraphRefused);
    await expect(refused).rejects.toThrow(/./);
  },
);

describe('an operation that takes too long', () => {
  it('is refused, while what waits is planned, and what comes', async () => {
    const planner = await startPlanner({ timeLimitMs: 1_000 });
    const endless = planner.plan(endlessOperation, undefined);
    const waiting = plan(planner, quick('Waiting'));
    await expect(endless).rejects.toEqual(refusedWith('PLANNING_TIMEOUT'));
    // The thread has been told to end, and has not ended yet.
    const coming = plan(planner, quick('Coming'));
    expect(await Promise.all([waiting, coming])).toEqual([isQuick('Waiting'), isQuick('Coming')]);
  });

  it('among others like it costs them only their own time', async () => {
    const planner = await startPlanner({ timeLimitMs: 1_000 });
    const asked = [endlessOperation, quick('One'), endlessOperation, quick('Two')];
    const answers = await Promise.allSettled(asked.map((text) => plan(planner, text)));
    expect(answers).toEqual([
      { status: 'rejected', reason: refusedWith('PLANNING_TIMEOUT') },
      { status: 'fulfilled', value: isQuick('One') },
      { status: 'rejected', reason: refusedWith('PLANNING_TIMEOUT') },
      { status: 'fulfilled', value: isQuick('Two') },
    ]);
  });
});

it('refuses what comes when as many wait as may', async () => {
  const planner = await startPlanner({ timeLimitMs: 1_000, waiting: 2 });
  const asked = [endlessOperation, quick('One'), quick('Two'), quick('Three'), quick('Four')];
  const answers = await Promise.allSettled(asked.map((text) => plan(planner, text)));
  expect(answers).toEqual([
    { status: 'rejected', reason: refusedWith('PLANNING_TIMEOUT') },
    { status: 'fulfilled', value: isQuick('One') },
    { status: 'fulfilled', value: isQuick('Two') },
    { status: 'rejected', reason: refusedWith('PLANNER_BUSY') },
    { status: 'rejected', reason: refusedWith('PLANNER_BUSY') },
  ]);
  expect(await plan(planner, quick('Five'))).toEqual(isQuick('Five'));
});

it('an operation that cannot be planned is refused without the planner’s words, which are the cause', async () => {
  const planner = await startPlanner({ pathsLimit: 1 });
  const refused: Error = await planner.plan(endlessOperation, undefined).then(expect.unreachable, (error) => error);
  expect(refused).toEqual(refusedWith('PLANNING_FAILED'));
  expect(refused.message).toBe('No way was found to answer this operation. Report the request id.');
  expect(refused.cause).toEqual(expect.objectContaining({ message: expect.stringMatching(/.{20,}/) }));
  expect(await plan(planner, '{ a { id } }')).toMatchObject({ kind: 'Fetch' });
});

describe('a thread that dies', () => {
  it('while it plans, costs the operation that it planned, no other', async () => {
    const planner = await startPlanner();
    const current = planner.plan(endlessOperation, undefined);
    const waiting = plan(planner, quick('Waiting'));
    void threadOf(planner).terminate();
    await expect(current).rejects.toEqual(refusedWith('PLANNING_FAILED'));
    expect(await waiting).toEqual(isQuick('Waiting'));
  });

  it('while it has nothing to do, is not noticed', async () => {
    const planner = await startPlanner();
    await threadOf(planner).terminate();
    expect(await plan(planner, quick('Next'))).toEqual(isQuick('Next'));
  });

  it('while it loads anew, costs what waits, which may be sent again', async () => {
    const planner = await startPlanner();
    const first = threadOf(planner);
    await first.terminate();
    await vi.waitFor(() => expect(threadOf(planner)).not.toBe(first));
    const waiting = planner.plan(quick('Waiting'), undefined);
    void threadOf(planner).terminate();
    await expect(waiting).rejects.toEqual(refusedWith('PLANNER_BUSY'));
    expect(await plan(planner, quick('Again'))).toEqual(isQuick('Again'));
  });
});

it('refuses all that waits, and all that comes, when it is closed', async () => {
  const planner = await startPlanner();
  const asked = [endlessOperation, quick('Waiting')].map((text) => planner.plan(text, undefined));
  const answers = Promise.allSettled(asked);
  await planner.close();
  const refused = { status: 'rejected', reason: refusedWith('SHUTTING_DOWN') };
  expect(await answers).toEqual([refused, refused]);
  await expect(planner.plan(quick('Late'), undefined)).rejects.toEqual(refusedWith('SHUTTING_DOWN'));
});
