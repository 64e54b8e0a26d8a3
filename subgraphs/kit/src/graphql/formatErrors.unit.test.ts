import { GraphQLError } from 'graphql';
import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { DomainError, kitErrorCodes } from '../errors.js';
import { createLogger } from '../log.js';
import { presentError } from './formatErrors.js';

const present = (error: unknown) => presentError(error, 'request-1', createLogger({ name: 'test', level: 'silent' }));
const databaseError = (code: string) =>
  new QueryFailedError(
    'SELECT secret',
    ['J. Doe'],
    Object.assign(new Error('Key (email)=(j@doe.org) exists'), { code }),
  );

describe('presentError', () => {
  it.each(['57P01', '53300', '08006', '57014', '55P03'])(
    'calls a store that is away (%s) unavailable and retryable',
    (code) => {
      expect(present(databaseError(code)).extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
    },
  );

  it('shows nothing of a failed statement', () => {
    const shown = JSON.stringify(present(databaseError('23505')));
    expect(shown).toContain('INTERNAL_SERVER_ERROR');
    expect(shown).not.toMatch(/secret|Doe|doe\.org|Key/);
  });

  it('keeps the path of what failed', () => {
    const error = new GraphQLError('x', {
      path: ['a', 0, 'b'],
      originalError: new DomainError('NOT_FOUND', 'There is none.'),
    });
    expect(present(error)).toMatchObject({
      message: 'There is none.',
      path: ['a', 0, 'b'],
      extensions: { code: 'NOT_FOUND' },
    });
  });

  it('blames the caller for an operation that is wrong, and us for a value that does not fit the schema', () => {
    expect(present(new GraphQLError('Cannot query field')).extensions.code).toBe('BAD_USER_INPUT');
    const ours = new GraphQLError('Cannot return null for non-nullable field', { path: ['a'] });
    expect(present(ours).extensions.code).toBe('INTERNAL_SERVER_ERROR');
  });

  it('has a sentence for each code of the registry', () => {
    for (const [code, meaning] of Object.entries(kitErrorCodes)) {
      expect(code).toMatch(/^[A-Z][A-Z_]+$/);
      expect(meaning).toMatch(/\.$/);
    }
  });
});
