import { parse, visit } from 'graphql';
import { expect, it } from 'vitest';
import { generateOperation, generateOperationOfAll } from './generateOperation.ts';
import { seededRandom } from './seededRandom.ts';

function countFields(text: string): number {
  let count = 0;
  visit(parse(text), {
    Field() {
      count += 1;
    },
  });
  return count;
}

it('makes operations of exactly so many fields', () => {
  const random = seededRandom(1);
  for (let fields = 2; fields <= 40; fields++) {
    for (let time = 0; time < 20; time++) expect(countFields(generateOperation(random, fields))).toBe(fields);
  }
});

it('makes the same operations from the same seed, and hardly one twice', () => {
  const many = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 200 }, () => generateOperationOfAll(random, 30));
  };
  expect(many(7)).toEqual(many(7));
  expect(new Set(many(7)).size).toBe(200);
});
