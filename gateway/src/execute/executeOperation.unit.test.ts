import { pino } from 'pino';
import { expect, it } from 'vitest';
import { readSupergraphFacts } from '../compile/supergraphFacts.js';
import { RequestRefused } from '../errors/requestRefused.js';
import { anonymous } from '../identity/identity.js';
import { Operation } from '../operation/operation.js';
import { prepareDocument, selectOperation } from '../operation/prepareDocument.js';
import { Cancellation } from '../requestContext.js';
import { executeOperation } from './executeOperation.js';

const facts = readSupergraphFacts({
  apiSdl: 'type Query { a: Int }',
  subgraphs: [],
  subtypes: {},
  interfaceObjects: [],
  internalSelections: [],
});

/** Executes `{ a }`, for which the planner answers like this. */
function execute(plan: () => Promise<string>) {
  const lines: string[] = [];
  const log = pino({}, { write: (line) => lines.push(line) });
  const prepared = selectOperation(prepareDocument('{ a }', facts), undefined);
  const operation = new Operation(prepared, { compiler: { facts, subgraphs: new Map() }, plan, onGrown: () => {} });
  const response = executeOperation(
    {
      operation,
      variables: {},
      explain: false,
      context: { requestId: 'r-1', identity: anonymous, headers: {}, cancellation: new Cancellation(), changed: [] },
    },
    log,
  );
  return { response, lines };
}

it('a fault of ours is told by the request id alone: INTERNAL_SERVER_ERROR; its cause is in the log', async () => {
  for (const plan of [
    async () => JSON.stringify({ kind: 'Fetch', serviceName: 'secret-host', operation: '{ a }', variableUsages: [] }),
    async () => 'no JSON: secret-host',
    async () => Promise.reject(new Error('secret-host')),
  ]) {
    const { response, lines } = execute(plan);
    const refused = await response.then(
      () => expect.unreachable(),
      (error: unknown) => error as RequestRefused,
    );
    expect(refused).toBeInstanceOf(RequestRefused);
    expect(refused.status('application/json')).toBe(500);
    const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId: 'r-1' };
    expect(refused.errors).toEqual([{ message: expect.stringMatching(/report the request id\.$/), extensions }]);
    expect(JSON.stringify(refused.errors)).not.toContain('secret');
    expect(lines.join()).toMatch(/secret/);
    expect(lines.join()).toContain('r-1');
  }
});

it('a refusal of the planner is passed on', async () => {
  const refused = new RequestRefused('PLANNER_BUSY', 'Later.');
  const { response, lines } = execute(() => Promise.reject(refused));
  await expect(response).rejects.toBe(refused);
  expect(lines).toEqual([]);
});
