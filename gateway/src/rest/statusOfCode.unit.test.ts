import { describe, expect, it } from 'vitest';
import { errorCodes } from '../errors/errorCodes.js';
import { problemOf } from './problem.js';
import { statusOfCode, titleOfCode } from './statusOfCode.js';

describe('the status of a code', () => {
  it('is the manifest’s before the gateway’s', () => {
    expect(statusOfCode('NOT_FOUND')).toBe(404);
    expect(statusOfCode('NOT_FOUND', { NOT_FOUND: 410 })).toBe(410);
    expect(statusOfCode('THINGS_GONE', { THINGS_GONE: 410 })).toBe(410);
  });

  it.each([
    ['BAD_USER_INPUT', 400],
    ['UNAUTHENTICATED', 401],
    ['FORBIDDEN', 403],
    ['UNAUTHORIZED_FIELD_OR_TYPE', 403],
    ['CONFLICT', 409],
    ['IDEMPOTENCY_KEY_REUSED', 409],
    ['RATE_LIMITED', 429],
    ['SERVICE_UNAVAILABLE', 503],
    ['SUBGRAPH_UNAVAILABLE', 503],
    ['SUBGRAPH_TIMEOUT', 503],
    ['SUBGRAPH_INVALID_RESPONSE', 502],
    ['INTERNAL_SERVER_ERROR', 500],
    ['GRAPHQL_VALIDATION_FAILED', 500],
    ['ANYTHING_ELSE', 422],
    ['constructor', 422],
    ['__proto__', 422],
  ])('%s is %i', (code, status) => expect(statusOfCode(code)).toBe(status));

  it('is one of an error for every code of the gateway', () => {
    for (const code of Object.keys(errorCodes)) {
      expect(statusOfCode(code), code).toBeGreaterThanOrEqual(400);
      expect(titleOfCode(code)).toMatch(/\.$/);
    }
  });
});

describe('a problem', () => {
  const context = { requestId: 'r1', prefix: '/api' };
  const error = (code: string, path?: string[], more: object = {}) => ({
    message: `${code}!`,
    ...(path && { path }),
    extensions: { code, ...more },
  });

  it('is that of the error nearest to the root', () => {
    const problem = problemOf([error('A_B', ['x', 'y']), error('C_D', ['x']), error('E_F', ['z'])], context);
    expect(problem).toMatchObject({
      code: 'C_D',
      title: 'C d.',
      detail: 'C_D!',
      status: 422,
      type: '/api/problems#C_D',
      instance: 'urn:request:r1',
    });
    expect(problem.errors.map(({ code, path }) => [code, path])).toEqual([
      ['A_B', ['x', 'y']],
      ['C_D', ['x']],
      ['E_F', ['z']],
    ]);
  });

  it('is retryable where the subgraph says so, else by its status, unless something may have been done already', () => {
    expect(problemOf([error('X', [], { retryable: true })], context).retryable).toBe(true);
    expect(problemOf([error('SERVICE_UNAVAILABLE', [], { retryable: false })], context).retryable).toBe(false);
    expect(problemOf([error('SUBGRAPH_TIMEOUT')], context).retryable).toBe(true);
    expect(problemOf([error('SUBGRAPH_TIMEOUT')], { ...context, repeatable: false }).retryable).toBe(false);
    expect(problemOf([error('CONFLICT')], context).retryable).toBe(false);
  });

  it('names what has no code, or an odd one', () => {
    for (const extensions of [undefined, {}, { code: 7 }, { code: 'a b\n' }])
      expect(problemOf([{ message: 'no', ...(extensions && { extensions }) }], context)).toMatchObject({
        code: 'DOWNSTREAM_SERVICE_ERROR',
        status: 502,
      });
  });

  it('has data only where there is some', () => {
    expect(problemOf([error('X')], context, null)).not.toHaveProperty('data');
    expect(problemOf([error('X')], context, { a: null }).data).toEqual({ a: null });
  });
});
