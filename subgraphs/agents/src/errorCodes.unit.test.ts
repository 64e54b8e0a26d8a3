import { globSync, readFileSync } from 'node:fs';
import { kitErrorCodes } from '@leadgraph/kit';
import { expect, test } from 'vitest';
import { agentsErrorCodes } from './errorCodes.js';

const sources = globSync('**/*.ts', { cwd: import.meta.dirname, exclude: (path) => String(path).endsWith('.test.ts') });
const used = new Set(
  sources.flatMap((file) =>
    [...readFileSync(`${import.meta.dirname}/${file}`, 'utf8').matchAll(/new DomainError\(\s*'([A-Z_]+)'/g)].map(
      (match) => match[1] ?? '',
    ),
  ),
);

test('every code that is answered stands in a list with what it means', () => {
  const known = new Set([...Object.keys(kitErrorCodes), ...Object.keys(agentsErrorCodes)]);
  expect([...used].filter((code) => !known.has(code))).toEqual([]);
});

test('every code of the list is answered somewhere', () => {
  expect(Object.keys(agentsErrorCodes).filter((code) => !used.has(code))).toEqual([]);
});
