import { it } from 'vitest';
import { composePlanningGraph, endlessOperation, limitless } from '../../test/fixtures/planningGraph.js';
import { Planner } from './planner.js';
it('x', async () => {
  const { planner } = await Planner.load(composePlanningGraph(), { ...limitless, timeLimitMs: 15_000, waiting: 10 });
  for (const q of ['{ a { id } }', '{ a { bOwn next { cOwn } } }', 'query Endless { a { one { next { aOwn bOwn cOwn } } } }', 'query Endless { a { one { next { next { aOwn bOwn cOwn } } } } }', 'query Endless { a { one { next { aOwn bOwn cOwn } } two { next { aOwn bOwn cOwn } } } }', endlessOperation]) {
    const t = performance.now();
    await planner.plan(q, undefined).catch((e) => console.log(e.code));
    console.log(q.slice(0, 80), performance.now() - t);
  }
  await planner.close();
}, 60000);
