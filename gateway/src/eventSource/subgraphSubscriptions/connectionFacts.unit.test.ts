import { expect, it } from 'vitest';
import { connectionHeaders, connectionKey, webSocketUrl } from './connectionFacts.js';

it.each([
  ['http://a.example:4001/graphql', 'ws://a.example:4001/graphql'],
  ['https://a.example/graphql?x=http://y', 'wss://a.example/graphql?x=http://y'],
  ['HTTPS://a.example/', 'wss://a.example/'],
])('the WebSocket of %s is at %s', (url, expected) => {
  expect(webSocketUrl(url)).toBe(expected);
});

it('headers are taken from their lines; the token wins over a header of its name', () => {
  const lines = 'x-one: a: b\r\nx-empty: \r\nauthorization: Basic x\r\n__proto__: y\r\n';
  const headers = connectionHeaders(lines, 'token');
  expect(Object.entries(headers)).toEqual([
    ['x-one', 'a: b'],
    ['x-empty', ''],
    ['authorization', 'Bearer token'],
    ['__proto__', 'y'],
  ]);
  expect(connectionHeaders('authorization: Basic x\r\n', undefined)).toEqual({ authorization: 'Basic x' });
  expect(connectionHeaders('', undefined)).toEqual({});
});

it('the key tells apart whatever is different', () => {
  const facts = { subgraph: 'a', url: 'ws://a', identity: { kind: 'A', sub: 'b', scopes: [] }, headers: '' };
  const keys = [
    facts,
    { ...facts, subgraph: 'b' },
    { ...facts, url: 'ws://b' },
    { ...facts, identity: { ...facts.identity, sub: 'c' } },
    { ...facts, identity: { ...facts.identity, scopes: ['x'] } },
    { ...facts, headers: 'x: y\r\n' },
  ].map(connectionKey);
  expect(new Set(keys).size).toBe(keys.length);
  expect(connectionKey({ ...facts, identity: { ...facts.identity } })).toBe(keys[0]);
});
