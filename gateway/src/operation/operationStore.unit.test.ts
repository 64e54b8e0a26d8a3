import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import { OperationStore } from './operationStore.js';

const schema = buildSchema('type Query { a: Int b: Int }');

it('prepares a text once, whatever its operations are asked for', () => {
  const lookups: string[] = [];
  const store = new OperationStore(schema, (result) => lookups.push(result));
  const text = 'query A { a } query B { b }';
  const first = store.find(text, 'A');
  expect(store.find(text, 'A')).toBe(first);
  expect(store.find(text, 'B').document).toBe(first.document);
  expect(lookups).toEqual(['miss', 'hit', 'hit']);
});

it('keeps nothing of an operation that is refused', () => {
  const lookups: string[] = [];
  const store = new OperationStore(schema, (result) => lookups.push(result));
  for (let round = 0; round < 2; round += 1) expect(() => store.find('{ c }', undefined)).toThrow();
  expect(lookups).toEqual(['miss', 'miss']);
});

it('forgets the longest unused operation once there are too many or too large ones', () => {
  const lookups: string[] = [];
  const store = new OperationStore(schema, (result) => lookups.push(result));
  store.find('{ a }', undefined);
  const large = '#'.repeat(300_000);
  for (let index = 0; index < 10; index += 1) store.find(`{ a } ${large}${index}`, undefined);
  store.find('{ a }', undefined);
  expect(lookups.every((each) => each === 'miss')).toBe(true);
});
