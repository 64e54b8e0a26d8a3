import { buildSchema } from 'graphql';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { anonymous } from '../identity/identity.js';
import { prepareDocument, selectOperation } from '../operation/prepareDocument.js';
import type { ChangedEntity } from '../requestContext.js';
import type { Executor } from './apolloExecutor.js';
import { executeOperation } from './executeOperation.js';

const apiSchema = buildSchema('type Query { a: Int }');
const operation = selectOperation(prepareDocument('{ a }', apiSchema), undefined);

function run(execute: Executor['execute'], logged: string[] = []) {
  const log = pino({ level: 'error' }, { write: (line: string) => logged.push(line) });
  const context = {
    requestId: 'r-1',
    identity: anonymous,
    signal: new AbortController().signal,
    changed: [] as ChangedEntity[],
  };
  return executeOperation({ apiSchema, subgraphs: [], execute }, { operation, variables: {}, context }, log);
}

it('turns a fault of the engine into an error with the request id, and its cause into a line of the log', async () => {
  const logged: string[] = [];
  const response = await run(async () => {
    throw new Error('plan of 10.0.0.7 broke');
  }, logged);
  expect(response).toEqual({
    errors: [{ message: expect.any(String), extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'r-1' } }],
  });
  expect(logged.join()).toContain('10.0.0.7');
});

it('names each changed entity once, with its latest version', async () => {
  const entity = (key: string, version: number) => ({ __typename: 'Thing', key, version });
  const response = await run(async ({ context }) => {
    context.changed.push(entity('a', 2), entity('b', 1), entity('a', 3), entity('a', 1));
    return { data: { a: 1 }, errors: [] };
  });
  expect(response).toEqual({ data: { a: 1 }, extensions: { changed: [entity('a', 3), entity('b', 1)] } });
});
