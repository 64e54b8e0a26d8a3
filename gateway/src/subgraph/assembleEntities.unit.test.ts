import { describe, expect, it } from 'vitest';
import { assembleEntities } from './assembleEntities.js';
import { fetchFailure } from './fetchFailure.js';
import type { FetchResult } from './fetchResult.js';
import type { SubgraphResponse } from './readReply.js';

const result = (response: Partial<SubgraphResponse> | undefined, more: Partial<FetchResult> = {}): FetchResult => ({
  response: response && { changed: [], ...response },
  common: false,
  failure: undefined,
  plain: true,
  bytes: 10,
  shared: false,
  ...more,
});
const item = (id: string) => JSON.stringify({ __typename: 'Item', id });
const data = (...entities: unknown[]) => ({ data: { _entities: entities } });

describe('an answer put together', () => {
  it('has each entity at its own position, and null where nothing came', () => {
    const parts = [
      {
        result: result(data('a', 'b', 'c')),
        sent: ['1', '2', '3'],
        positions: new Map([
          [0, 3],
          [2, 0],
        ]),
      },
      { result: result(data('d')), sent: ['4'], positions: new Map([[0, 1]]) },
    ];
    const whole = assembleEntities('s', 5, parts, [undefined, undefined, { value: 'k', plain: false }]);
    expect(whole.response?.data).toEqual({ _entities: ['c', 'd', 'k', 'a', null] });
    expect(whole).toMatchObject({ plain: false, bytes: 20, cached: 1, common: true, shared: false });
  });

  it('has the errors of its own entities at its own positions, and no others', () => {
    const errors = [
      { message: 'own', path: ['_entities', 1, 'name'] },
      { message: 'of others', path: ['_entities', 0] },
      { message: 'of nobody' },
    ];
    const part = { result: result({ ...data(null, 'b'), errors }), sent: ['1', '2'], positions: new Map([[1, 4]]) };
    expect(assembleEntities('s', 5, [part]).response?.errors).toEqual([
      { message: 'own', path: ['_entities', 4, 'name'] },
      { message: 'of nobody' },
    ]);
  });

  it('has an error that took all the data with it at each entity', () => {
    const part = { result: result({ data: null, errors: [{ message: 'no' }] }), sent: ['1', '2'] };
    const whole = assembleEntities('s', 3, [
      {
        ...part,
        positions: new Map([
          [0, 2],
          [1, 0],
        ]),
      },
    ]);
    expect(whole.response?.errors).toEqual([2, 0].map((at) => ({ message: 'no', path: ['_entities', at] })));
    expect(whole.failedEntities).toBeUndefined();
  });

  it('tells which entities failed', () => {
    const failure = fetchFailure('timeout', 's');
    const failed = { result: result(undefined, { failure }), sent: ['1', '2'], positions: new Map([[1, 0]]) };
    const short = { result: result(data('a')), sent: ['3', '4'], positions: new Map([[0, 1]]) };
    expect(assembleEntities('s', 2, [failed, short]).failedEntities).toEqual([
      { failure, positions: new Set([0]) },
      { failure: fetchFailure('invalid', 's'), positions: new Set([1]) },
    ]);
  });

  it('tells which entities had failed in what it is put together from', () => {
    const failure = fetchFailure('timeout', 's');
    const failedEntities = [{ failure, positions: new Set([1, 2]) }];
    const part = { result: result(data('a', null, null), { failedEntities }), sent: ['1', '2', '3'] };
    const places: [number, number][] = [
      [0, 0],
      [2, 3],
    ];
    const whole = assembleEntities('s', 4, [{ ...part, positions: new Map(places) }]);
    expect(whole.failedEntities).toEqual([{ failure, positions: new Set([3]) }]);
  });

  it('tells as disclosed what is not of entities that others asked for', () => {
    const disclosed = ['1', '2', 'nested'].map((key) => ({ __typename: 'Item', key, fields: ['email'] }));
    const part = { result: result({ ...data('a', 'b'), disclosed }), sent: [item('1'), item('2')] };
    const whole = assembleEntities('s', 1, [{ ...part, positions: new Map([[1, 0]]) }]);
    expect(whole.response?.disclosed?.map(({ key }) => key)).toEqual(['2', 'nested']);
  });
});
