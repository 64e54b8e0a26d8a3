import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerJson, type FaultyGraph, type Json, sendJson, startFaultyGraph } from './fixtures/startFaultyGraph.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let graph: FaultyGraph;
let gateway: TestGateway;

beforeAll(async () => {
  graph = await startFaultyGraph();
  gateway = await startTestGateway(graph);
});
afterAll(async () => {
  await gateway?.stop();
  await graph?.close();
});
afterEach(() => graph.reset());

const uncoded = { code: 'DOWNSTREAM_SERVICE_ERROR', serviceName: 'notes' };
/** Response path of each error, dots between, with its message. */
const errorsOf = ({ errors = [] }: Json) => errors.map(({ path, message }: Json) => `${path?.join('.')} ${message}`);

describe('an error of a root field', () => {
  const cases: Record<string, { given: Json; told: Json }> = {
    'keeps message, path, code and facts, without stack traces and what no client needs': {
      given: {
        message: 'Feed the cat first.',
        path: ['board', 'text'],
        locations: [{ line: 1, column: 2 }],
        extensions: {
          code: 'CAT_HUNGRY',
          field: 'cat',
          serviceName: 'cats',
          stacktrace: ['at secret.js:1'],
          exception: { stacktrace: ['at secret.js:1'] },
        },
        stack: 'at secret.js:1',
      },
      told: {
        message: 'Feed the cat first.',
        path: ['board', 'text'],
        extensions: { code: 'CAT_HUNGRY', field: 'cat', serviceName: 'notes' },
      },
    },
    'without a code gets one': {
      given: { message: 'm', path: ['board'] },
      told: { message: 'm', path: ['board'], extensions: uncoded },
    },
    'with a code that is no text gets one': {
      given: { message: 'm', path: ['board'], extensions: { code: 500, more: [1] } },
      told: { message: 'm', path: ['board'], extensions: { ...uncoded, more: [1] } },
    },
    'with extensions that are no object': {
      given: { message: 'm', path: ['board'], extensions: ['code'] },
      told: { message: 'm', path: ['board'], extensions: uncoded },
    },
    'without a path has none': { given: { message: 'm' }, told: { message: 'm', extensions: uncoded } },
    'with a list position as text': {
      given: { message: 'm', path: ['board', 'tags', '1'] },
      told: { message: 'm', path: ['board', 'tags', 1], extensions: uncoded },
    },
    'with a path that is a text': {
      given: { message: 'm', path: 'board' },
      told: { message: 'm', extensions: uncoded },
    },
    'with a path that is an object': {
      given: { message: 'm', path: { 0: 'board', length: 1 } },
      told: { message: 'm', extensions: uncoded },
    },
    'with steps that are none': {
      given: { message: 'm', path: ['board', null] },
      told: { message: 'm', extensions: uncoded },
    },
    'with a step that cannot be made a text': {
      given: { message: 'm', path: ['board', { toString: 1, valueOf: 2 }] },
      told: { message: 'm', extensions: uncoded },
    },
    'with positions that are none': {
      given: { message: 'm', path: ['board', 'tags', -1] },
      told: { message: 'm', extensions: uncoded },
    },
    'with inherited names': {
      given: JSON.parse('{"message":"m","path":["__proto__","constructor"],"extensions":{"__proto__":{"code":"X"}}}'),
      told: JSON.parse(
        '{"message":"m","path":["__proto__","constructor"],"extensions":{"__proto__":{"code":"X"},"code":"DOWNSTREAM_SERVICE_ERROR","serviceName":"notes"}}',
      ),
    },
  };
  const odd = [null, 'Help!', 5, true, [], ['m'], {}, { message: null }, { message: '' }, { message: { text: 'm' } }];
  for (const given of odd) {
    cases[`that is ${JSON.stringify(given)}`] = {
      given,
      told: { message: 'The subgraph reported an error without a message.', extensions: uncoded },
    };
  }
  for (const [what, { given, told }] of Object.entries(cases)) {
    it(what, async () => {
      graph.answer('notes', answerJson({ data: { board: { text: 'Hello' } }, errors: [given] }));
      const { status, body } = await gateway.query('{ board { text tags } item(id: "i1") { title } }');
      expect(status).toBe(200);
      expect(body.errors).toEqual([told]);
      expect(body.data).toEqual({ board: { text: 'Hello', tags: null }, item: { title: 'One' } });
    });
  }

  it('without data and path is one of each field, under the client’s names', async () => {
    graph.answer('notes', answerJson({ errors: [{ message: 'Not today.', extensions: { code: 'CLOSED' } }] }));
    const { body } = await gateway.query('{ a: board { text } b: board { count } item(id: "i1") { title } }');
    expect(body.data).toEqual({ a: null, b: null, item: { title: 'One' } });
    expect(errorsOf(body)).toEqual(['a Not today.', 'b Not today.']);
    expect(body.errors[0].extensions).toEqual({ code: 'CLOSED', serviceName: 'notes' });
  });

  it('in a GraphQL response counts more than the status that it came with', async () => {
    for (const status of [200, 400, 404, 500, 503]) {
      graph.answer(
        'notes',
        answerJson({ errors: [{ message: 'Feed the dog.', path: ['board'] }], data: null }, status),
      );
      const { body } = await gateway.query('{ board { text } }');
      expect(body).toMatchObject({ data: { board: null }, errors: [{ message: 'Feed the dog.', path: ['board'] }] });
    }
  });

  it('is the only one where it has made a non-null field null', async () => {
    const data = { board: { sure: null, sures: [{ id: 'a', deep: { text: 'x' } }, null, { id: 'c', deep: null }] } };
    const errors = [
      { message: 'own', path: ['board', 'sure', 'deep', 'text'] },
      { message: 'own', path: ['board', 'sures', 1, 'id'] },
    ];
    graph.answer('notes', answerJson({ data, errors }));
    const { body } = await gateway.query('{ board { sure { id deep { text } } sures { id deep { text } } } }');
    expect(body.data).toEqual({ board: { sure: null, sures: [data.board.sures[0], null, null] } });
    expect(errorsOf(body)).toEqual([
      'board.sure.deep.text own',
      'board.sures.1.id own',
      'board.sures.2.deep Cannot return null for non-nullable field Sure.deep.',
    ]);
  });

  it('among a hundred thousand does not make the response endless', async () => {
    const errors = Array.from({ length: 100_000 }, (_, index) => ({ message: `m${index}`, path: ['board'] }));
    graph.answer('notes', answerJson({ data: { board: null }, errors }));
    const { body } = await gateway.query('{ board { text } item(id: "i1") { title } }');
    expect(body.data).toEqual({ board: null, item: { title: 'One' } });
    expect(body.errors.length).toBe(1_000);
    expect(body.errors[999].message).toBe('m999');
  });
});

describe('an error of an entity', () => {
  const data = { _entities: [{ note: 'a' }, { note: 'b' }] };
  const all = [0, 1, 2];
  const cases: Record<string, { body: Json; told: string[] }> = {
    'is one of each position at which it stands': {
      body: { data, errors: [{ message: 'm', path: ['_entities', 0, 'note'] }] },
      told: ['all.0.about m', 'all.2.about m'],
    },
    'has an index as text': {
      body: { data, errors: [{ message: 'm', path: ['_entities', '1', 'note'] }] },
      told: ['all.1.about m'],
    },
    'and others of the same and of other entities': {
      body: {
        data: { _entities: [null, { note: null }] },
        errors: [
          { message: 'x', path: ['_entities', 1, 'note'] },
          { message: 'y', path: ['_entities', 0] },
          { message: 'z', path: ['_entities', 1, 'maker', 'id'] },
        ],
      },
      told: ['all.1.about x', 'all.0 y', 'all.2 y', 'all.1.maker.id z'],
    },
    'without an index is one of all': {
      body: { data, errors: [{ message: 'm', path: ['_entities'] }] },
      told: all.map((at) => `all.${at} m`),
    },
    'without an index that took all the data with it': {
      body: { data: { _entities: null }, errors: [{ message: 'm', path: ['_entities'] }] },
      told: all.map((at) => `all.${at} m`),
    },
    'that is not there has no place': {
      body: { data, errors: [{ message: 'm', path: ['_entities', 2, 'note'] }] },
      told: ['undefined m'],
    },
    'at another root field has no place': {
      body: { data, errors: [{ message: 'm', path: ['all', 0, 'about'] }] },
      told: ['undefined m'],
    },
    'with an empty path has no place': { body: { data, errors: [{ message: 'm', path: [] }] }, told: ['undefined m'] },
    'without data and path is one of each field': {
      body: { errors: [{ message: 'm' }] },
      told: all.flatMap((at) => [`all.${at}.about m`, `all.${at}.maker m`]),
    },
    'without data that is not there is one of each field': {
      body: { data: null, errors: [{ message: 'm', path: ['_entities', 7] }] },
      told: all.flatMap((at) => [`all.${at}.about m`, `all.${at}.maker m`]),
    },
  };
  for (const [what, { body: given, told }] of Object.entries(cases)) {
    it(what, async () => {
      // The client's names: one is not the field's, which is what the subgraph was asked for.
      graph.answer('notes', answerJson(JSON.stringify(given).replaceAll('"note"', '"about"')));
      const { body } = await gateway.query('{ all: items { title about: note maker { id } } }');
      expect(errorsOf(body)).toEqual(told);
      expect(body.data.all.map(({ title }: Json) => title)).toEqual(['One', 'Two', 'One']);
      const notes = given.data?._entities?.map((entity: Json) => entity?.note ?? null) ?? [null, null];
      expect(body.data.all.map(({ about }: Json) => about)).toEqual([notes[0], notes[1], notes[0]]);
    });
  }

  it('below an entity has its place in the whole response', async () => {
    graph.answer('makers', async ({ response, variables, good }) => {
      const { data } = await good();
      const at = variables.representations.findIndex(({ id }: Json) => id === 'm2');
      data._entities[at] = null;
      const error = { message: 'Gone.', path: ['_entities', at, 'since'], extensions: { code: 'GONE' } };
      sendJson(response, { data, errors: [error] });
    });
    const { body } = await gateway.query('{ items { maker { id since } } one: item(id: "i2") { maker { since } } }');
    const first = { maker: { id: 'm1', since: 1901 } };
    expect(body.data).toEqual({ items: [first, { maker: null }, first], one: { maker: null } });
    expect(errorsOf(body).sort()).toEqual(['items.1.maker.since Gone.', 'one.maker.since Gone.']);
    expect(body.errors[0].extensions).toEqual({ code: 'GONE', serviceName: 'makers' });
  });
});
