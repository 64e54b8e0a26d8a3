import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { routedManifest } from '../../test/fixtures/routedManifest.js';
import { createRouteTable } from './routeTable.js';

const schema = buildSchema(`
  type Query { a(id: ID, other: In): Int b: Int }
  type Mutation { c(id: ID): Int }
  type Subscription { d: Int }
  input In { x: Int }
`);
const get = 'query A($id: ID) { a(id: $id) }';
const table = (routes: Record<string, string>) => createRouteTable(routedManifest('test', ['X'], routes), schema);

describe('a route table', () => {
  const routes = table({
    'GET /things/:id': get,
    'PUT /things/:id': 'mutation C($id: ID) { c(id: $id) }',
    'GET /things': 'query B { b }',
    'GET /things/all': 'query All { b }',
  });
  const found = (method: string, path: string) => {
    const at = routes.find(method, path);
    return at && ('operation' in at ? [at.operation.name, { ...at.parameters }] : at.allowed);
  };

  it('finds operations by method and path', () => {
    expect(found('GET', '/things')).toEqual(['B', {}]);
    expect(found('GET', '/things/1')).toEqual(['A', { id: '1' }]);
    expect(found('HEAD', '/things/1')).toEqual(['A', { id: '1' }]);
    expect(found('PUT', '/things/1')).toEqual(['C', { id: '1' }]);
    expect(found('GET', '/things/all')).toEqual(['All', {}]);
  });

  it('knows the methods of a path', () => {
    expect(found('POST', '/things/1')).toEqual(['GET', 'HEAD', 'PUT', 'OPTIONS']);
    expect(found('BREW', '/things')).toEqual(['GET', 'HEAD', 'OPTIONS']);
    expect(found('__proto__', '/things')).toEqual(['GET', 'HEAD', 'OPTIONS']);
  });

  it.each([
    '',
    '/',
    '/things/',
    '//things',
    '/things//1',
    '/things/1/',
    '/Things/1',
    '/things/1#x',
    '/things/1/more',
    'things',
    '/things/%zz',
    '/../things',
  ])('finds nothing at %j', (path) => expect(found('GET', path)).toBeUndefined());

  it('says what it cannot serve', () => {
    const { faults, operations } = table({
      'GET /a/:id': get,
      'GET /a/:other': 'query Twice($other: ID) { a(id: $other) }',
      'GET /b/:id': 'query Stray { b }',
      'GET /c/:x': 'query Object($x: In) { a(other: $x) }',
      'GET /d': 'query Gone { gone }',
      'GET /e': 'subscription D { d }',
      'GET /f': 'mutation M { c }',
    });
    expect(operations.map(({ name }) => name)).toEqual(['A']);
    expect(faults.map(({ operation, reason }) => `${operation}: ${reason}`)).toEqual([
      "Twice: GET /a/:other is another operation's route already.",
      'Stray: ":id" in the path is no variable that a text can be read as.',
      'Object: ":x" in the path is no variable that a text can be read as.',
      'Gone: Cannot query field "gone" on type "Query".',
      'D: Only queries and mutations can have routes.',
      'M: A mutation cannot be called by GET.',
    ]);
  });
});
