import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { PROJECT_ROOT } from '../src/config.ts';

const read = (file: string) => readFileSync(join(PROJECT_ROOT, file), 'utf8');

it('the operations of the README fit the graph', () => {
  const schema = buildSchema(read('schema/supergraph.graphql'));
  const operations = [...read('README.md').matchAll(/"query": "([^"]+)"/g)].map(([, operation = '']) => operation);
  expect(operations.length).toBeGreaterThan(5);
  const faults = operations.flatMap((operation) =>
    validate(schema, parse(operation)).map(({ message }) => `${message} (${operation})`),
  );
  expect(faults).toEqual([]);
});
