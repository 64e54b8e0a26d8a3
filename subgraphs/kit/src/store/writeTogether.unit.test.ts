import { expect, it } from 'vitest';
import { writeTogether } from './writeTogether.js';

async function sent(...writes: Parameters<typeof writeTogether>[1]): Promise<unknown[][]> {
  const calls: unknown[][] = [];
  await writeTogether({ query: async (...call: unknown[]) => calls.push(call) as never }, writes);
  return calls;
}

it('sends all as one statement, each with its own parameters', async () => {
  const many = Array.from({ length: 12 }, (_, index) => index);
  const places = many.map((index) => `$${index + 1}`).join(', ');
  expect(
    await sent(
      { sql: `INSERT INTO a VALUES (${places})`, parameters: many },
      { sql: 'DELETE FROM b', parameters: [] },
      { sql: 'UPDATE c SET d = $2 WHERE e = $1 OR f = $1', parameters: ['e', 'd'] },
    ),
  ).toEqual([
    [
      `WITH write_0 AS (INSERT INTO a VALUES (${places})), write_1 AS (DELETE FROM b) UPDATE c SET d = $14 WHERE e = $13 OR f = $13`,
      [...many, 'e', 'd'],
    ],
  ]);
});

it('sends one as it is, and nothing for none', async () => {
  expect(await sent({ sql: 'DELETE FROM a WHERE b = $1', parameters: [1] })).toEqual([
    ['DELETE FROM a WHERE b = $1', [1]],
  ]);
  expect(await sent()).toEqual([]);
});
