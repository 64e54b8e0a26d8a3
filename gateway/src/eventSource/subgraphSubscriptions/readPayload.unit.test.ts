import { expect, it } from 'vitest';
import { readPayload } from './readPayload.js';

it('what has nothing but data is that', () => {
  const data = { a: { n: 1 } };
  const response = readPayload({ data });
  expect(response).toEqual({ data, changed: [] });
  expect(response?.data).toBe(data);
});

it('errors are cleaned, and changed entities found', () => {
  const errors = [{ message: '', path: ['a', '0'], locations: [], extensions: { code: 'X', stacktrace: ['at a.js'] } }];
  const changed = [{ __typename: 'A', key: '1', version: 2 }, 'nonsense'];
  expect(readPayload({ data: null, errors, extensions: { changed, other: 1 } })).toEqual({
    data: null,
    errors: [
      { message: 'The subgraph reported an error without a message.', path: ['a', 0], extensions: { code: 'X' } },
    ],
    changed: [{ __typename: 'A', key: '1', version: 2 }],
  });
});

it('errors without data are a response, too', () => {
  expect(readPayload({ errors: [{ message: 'No.' }] })).toEqual({
    errors: [{ message: 'No.', extensions: {} }],
    changed: [],
  });
});

it.each([{}, { data: null }, { data: [] }, { data: 5 }, { errors: [] }, { data: {}, errors: 'no' }])(
  '%j is no GraphQL response',
  (payload) => {
    expect(readPayload(payload)).toBeUndefined();
  },
);
