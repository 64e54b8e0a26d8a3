import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { PROJECT_ROOT } from '../src/config.ts';

const read = (file: string) => readFileSync(join(PROJECT_ROOT, file), 'utf8');

it('the operations of the README fit the graph', () => {
  // The gateway adds @defer to what clients see.
  const defer = 'directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT';
  const schema = buildSchema(`${read('schema/supergraph.graphql')}\n${defer}`);
  const readme = read('README.md');
  const operations = [...readme.matchAll(/"query": "([^"]+)"/g), ...readme.matchAll(/`(subscription [^`]+)`/g)].map(
    ([, operation = '']) => operation,
  );
  expect(operations.length).toBeGreaterThan(10);
  const faults = operations.flatMap((operation) =>
    validate(schema, parse(operation)).map(({ message }) => `${message} (${operation})`),
  );
  expect(faults).toEqual([]);
});
