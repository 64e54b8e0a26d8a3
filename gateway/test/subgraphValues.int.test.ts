import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../src/errors/errorCodes.js';
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

const invalid: ErrorCode = 'SUBGRAPH_INVALID_VALUE';
const missing: ErrorCode = 'NULL_IN_NON_NULL_FIELD';
const unusable: ErrorCode = 'SUBGRAPH_INVALID_RESPONSE';

/** Response path of each error, dots between, with its code. */
const errorsOf = ({ errors = [] }: Json) =>
  errors.map(({ path, extensions }: Json) => `${path?.join('.')} ${extensions.code}`);
const titles = [{ title: 'One' }, { title: 'Two' }, { title: 'One' }];

describe('a value of the wrong type is null, with an error', () => {
  const text = 'x';
  const whole = 7;
  const fraction = 1.5;
  const object = { width: 1 };
  const list = ['x'];
  const cases: Record<string, { field: string; wrong: Json[] }> = {
    String: { field: 'text', wrong: [whole, fraction, true, object, list, []] },
    Int: { field: 'count', wrong: [text, fraction, true, object, list, [], '7'] },
    Float: { field: 'ratio', wrong: [text, true, object, list, [], '1.5'] },
    Boolean: { field: 'on', wrong: [text, whole, 0, object, list, [], 'true'] },
    ID: { field: 'mark', wrong: [fraction, true, object, list, []] },
    'an enum': { field: 'colour', wrong: [text, 'red', whole, true, object, list, [], '__proto__', 'constructor'] },
    'a list': { field: 'tags', wrong: [text, whole, true, object, { length: 1, 0: 'x' }] },
    'an object': { field: 'size { width }', wrong: [text, whole, true, list, [], [object]] },
    'a union': { field: 'shape { __typename }', wrong: [text, whole, true, object, list, [{ __typename: 'Disc' }]] },
    'a list of objects': { field: 'sizes { width }', wrong: [text, whole, true, object] },
  };
  for (const [type, { field, wrong }] of Object.entries(cases)) {
    const [name = ''] = field.split(' ');
    it.each(wrong.map((value) => [JSON.stringify(value)]))(`${type}: %s`, async (value) => {
      graph.answer('notes', answerJson(`{"data":{"board":{"${name}":${value},"rest":"y"}}}`));
      const { status, body } = await gateway.query(`{ board { ${field} rest: text } items { title } }`);
      expect(status).toBe(200);
      expect(body.data).toEqual({ board: { [name]: null, rest: 'y' }, items: titles });
      expect(errorsOf(body)).toEqual([`board.${name} ${invalid}`]);
    });
  }
});

it('values that JSON has several forms of are what they are', async () => {
  const board = '{"count":1.0,"ratio":-0.5e1,"mark":12,"any":[1,{"x":null}],"tags":[null,"a"],"colour":"RED"}';
  graph.answer('notes', answerJson(`{"data":{"board":${board}}}`));
  const { body } = await gateway.query('{ board { count ratio mark any tags colour } }');
  expect(body).toEqual({
    data: { board: { count: 1, ratio: -5, mark: 12, any: [1, { x: null }], tags: [null, 'a'], colour: 'RED' } },
  });
});

describe('a null goes up to the next parent that may be null, with one error for each cause', () => {
  const deep = { text: 'x', texts: ['y'], count: 1 };
  const cases: Record<string, { board: Json; data: Json; errors: string[] }> = {
    'at a field': {
      board: { sure: { id: 's', deep: { ...deep, text: null } } },
      data: { sure: null, sures: null },
      errors: [`sure.deep.text ${missing}`],
    },
    'at a field that is not there': {
      board: { sure: { id: 's', deep: { text: 'x', count: 1 } }, sures: [] },
      data: { sure: null, sures: [] },
      errors: [`sure.deep.texts ${missing}`],
    },
    'at an object': {
      board: { sure: { id: 's', deep: null } },
      data: { sure: null, sures: null },
      errors: [`sure.deep ${missing}`],
    },
    'in a list': {
      board: { sure: { id: 's', deep: { ...deep, texts: ['a', null] } } },
      data: { sure: null, sures: null },
      errors: [`sure.deep.texts.1 ${missing}`],
    },
    'of the wrong type': {
      board: { sure: { id: 's', deep: { ...deep, count: 'x' } } },
      data: { sure: null, sures: null },
      errors: [`sure.deep.count ${invalid}`],
    },
    'in several elements of a list': {
      board: {
        sures: [
          { id: 'a', deep },
          { id: 'b', deep: { ...deep, text: 5 } },
          { deep },
          null,
          { id: 'c', deep: 'x' },
          'y',
        ],
      },
      data: { sure: null, sures: [{ id: 'a', deep }, null, null, null, null, null] },
      errors: [
        `sures.1.deep.text ${invalid}`,
        `sures.2.id ${missing}`,
        `sures.4.deep ${invalid}`,
        `sures.5 ${invalid}`,
      ],
    },
  };
  for (const [what, { board, data, errors }] of Object.entries(cases)) {
    it(what, async () => {
      graph.answer('notes', answerJson({ data: { board } }));
      const selection = '{ id deep { text texts count } }';
      const { body } = await gateway.query(`{ board { sure ${selection} sures ${selection} } items { title } }`);
      expect(body.data).toEqual({ board: data, items: titles });
      expect(errorsOf(body)).toEqual(errors.map((error) => `board.${error}`));
    });
  }
});

describe('types of objects', () => {
  const cases: Record<string, { board: Json; data: Json; errors: string[] }> = {
    'a type that is not there': {
      board: { shape: { __typename: 'Cone', radius: 1 } },
      data: { shape: null, shapes: null },
      errors: [`board.shape ${invalid}`],
    },
    'a type that is no member': {
      board: { shapes: [{ __typename: 'Size' }, { __typename: 'Disc', radius: 1 }, { __typename: 'Shape' }] },
      data: { shape: null, shapes: [null, { __typename: 'Disc', radius: 1 }, null] },
      errors: [`board.shapes.0 ${invalid}`, `board.shapes.2 ${invalid}`],
    },
    'no type where it is needed': {
      board: { shapes: [{ radius: 1 }, { __typename: null, radius: 1 }, { __typename: 5 }, { __typename: ['Disc'] }] },
      data: { shape: null, shapes: [null, null, null, null] },
      errors: [0, 1, 2, 3].map((index) => `board.shapes.${index} ${invalid}`),
    },
    'another type of an object': {
      board: { __typename: 'Box', shape: { __typename: 'Box' } },
      data: null,
      errors: [`board ${invalid}`],
    },
    'inherited names': {
      board: { shapes: [{ __typename: '__proto__' }, { __typename: 'constructor' }, { __typename: 'toString' }] },
      data: { shape: null, shapes: [null, null, null] },
      errors: [0, 1, 2].map((index) => `board.shapes.${index} ${invalid}`),
    },
  };
  for (const [what, { board, data, errors }] of Object.entries(cases)) {
    it(what, async () => {
      graph.answer('notes', answerJson({ data: { board } }));
      const selection = '{ __typename ... on Disc { radius } }';
      const { body } = await gateway.query(`{ board { shape ${selection} shapes ${selection} } items { title } }`);
      expect(body.data).toEqual({ board: data, items: titles });
      expect(errorsOf(body)).toEqual(errors);
    });
  }
});

describe('JSON nested a hundred thousand levels deep costs its own place only', () => {
  const levels = 100_000;
  const objects = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  const lists = '['.repeat(levels) + ']'.repeat(levels);
  const cases: Record<string, { body: string; errors: string[]; data?: Json }> = {
    'objects in a custom scalar': {
      body: `{"data":{"board":{"any":${objects},"text":"t"}}}`,
      errors: [`board.any ${invalid}`],
    },
    'lists in a custom scalar': {
      body: `{"data":{"board":{"any":${lists},"text":"t"}}}`,
      errors: [`board.any ${invalid}`],
    },
    'lists in the place of a text': {
      body: `{"data":{"board":{"tags":[${lists}],"text":"t"}}}`,
      errors: [`board.tags.0 ${invalid}`],
      data: { tags: [null] },
    },
    'what nobody asked for': { body: `{"data":{"board":{"text":"t","more":${objects}},"more":${lists}}}`, errors: [] },
    extensions: { body: `{"data":{"board":{"text":"t"}},"extensions":${objects}}`, errors: [] },
    'extensions of an error': {
      body: `{"data":{"board":{"text":"t"}},"errors":[{"message":"m","path":["board","any"],"extensions":{"code":"DEEP","more":${lists}}}]}`,
      errors: ['board.any DEEP'],
    },
    'the path of an error': {
      body: `{"data":{"board":{"text":"t"}},"errors":[{"message":"m","path":["board",${lists}]}]}`,
      errors: ['undefined DOWNSTREAM_SERVICE_ERROR'],
    },
    'the message of an error': {
      body: `{"data":{"board":{"text":"t"}},"errors":[{"message":${objects},"path":["board","any"]}]}`,
      errors: ['board.any DOWNSTREAM_SERVICE_ERROR'],
    },
  };
  for (const [what, { body: given, errors, data }] of Object.entries(cases)) {
    it(what, async () => {
      graph.answer('notes', answerJson(given));
      const { status, body } = await gateway.query('{ board { any tags text } items { title } }');
      expect(status).toBe(200);
      expect(body.data).toEqual({ board: { any: null, tags: null, text: 't', ...data }, items: titles });
      expect(errorsOf(body)).toEqual(errors);
    });
  }
});

describe('entities', () => {
  const nothing = { note: null, maker: null };
  const first = { note: 'a', maker: null };
  const second = { note: 'b', maker: null };
  /** The error of each field of the items at these positions. */
  const unusableAt = (...positions: number[]) =>
    positions.flatMap((at) => [`items.${at}.note ${unusable}`, `items.${at}.maker ${unusable}`]);
  const cases: Record<string, { entities: Json; items: Json[]; errors: string[] }> = {
    'not there': { entities: undefined, items: [nothing, nothing], errors: unusableAt(0, 1, 2) },
    null: { entities: null, items: [nothing, nothing], errors: unusableAt(0, 1, 2) },
    'a text': { entities: 'ab', items: [nothing, nothing], errors: unusableAt(0, 1, 2) },
    'an object': {
      entities: { 0: first, 1: second, length: 2 },
      items: [nothing, nothing],
      errors: unusableAt(0, 1, 2),
    },
    none: { entities: [], items: [nothing, nothing], errors: unusableAt(0, 1, 2) },
    'too few': { entities: [first], items: [nothing, nothing], errors: unusableAt(0, 1, 2) },
    'too many': { entities: [first, second, first], items: [nothing, nothing], errors: unusableAt(0, 1, 2) },
    'one that is not known': { entities: [null, second], items: [nothing, second], errors: [] },
    'one that is a text': { entities: ['a', second], items: [nothing, second], errors: unusableAt(0, 2) },
    'one that is a number': { entities: [first, 5], items: [first, nothing], errors: unusableAt(1) },
    'one that is a list': { entities: [[first], second], items: [nothing, second], errors: unusableAt(0, 2) },
    'one of an unknown type': {
      entities: [{ ...first, __typename: 'Thing' }, second],
      items: [nothing, second],
      errors: unusableAt(0, 2),
    },
    'one of another type': {
      entities: [first, { ...second, __typename: 'Maker' }],
      items: [first, nothing],
      errors: unusableAt(1),
    },
    'one whose type is a number': {
      entities: [
        { ...first, __typename: 5 },
        { ...second, __typename: 'Item' },
      ],
      items: [nothing, second],
      errors: unusableAt(0, 2),
    },
  };
  for (const [what, { entities, items, errors }] of Object.entries(cases)) {
    it(what, async () => {
      graph.answer('notes', answerJson({ data: { _entities: entities } }));
      const { body } = await gateway.query('{ items { title note maker { id } } }');
      expect(body.data).toEqual({ items: [0, 1, 0].map((at, index) => ({ ...titles[index], ...items[at] })) });
      expect(errorsOf(body)).toEqual(errors);
    });
  }

  it('without a value of a field that is not nullable', async () => {
    graph.answer('notes', answerJson({ data: { _entities: [{ stars: 1 }, {}] } }));
    const { body } = await gateway.query('{ items { title stars } }');
    expect(body.data).toEqual({ items: [{ title: 'One', stars: 1 }, null, { title: 'One', stars: 1 }] });
    expect(errorsOf(body)).toEqual([`items.1.stars ${missing}`]);
  });

  it('nested in entities of the wrong shape are not asked for', async () => {
    graph.answer('notes', answerJson({ data: { _entities: [{ maker: 'm1' }, { maker: { id: ['m'], name: 'x' } }] } }));
    graph.answer('makers', answerJson({ data: { _entities: [null] } }));
    const { body } = await gateway.query('{ items { maker { id name } } }');
    expect(body.data).toEqual({ items: [{ maker: null }, { maker: null }, { maker: null }] });
    expect(errorsOf(body)).toEqual([0, 1, 2].map((at) => `items.${at}.maker${at === 1 ? '.id' : ''} ${invalid}`));
  });
});

describe('a key that is no key costs its own entity only', () => {
  const keys: Record<string, string> = {
    'a number without an end': '1e999',
    'a list nested a hundred thousand levels deep': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    'an object': '{"a":1}',
  };
  for (const [what, key] of Object.entries(keys)) {
    it(what, async () => {
      const items = `[{"__typename":"Item","id":${key},"title":"Odd"}]`;
      graph.answer('shelf', answerJson(`{"data":{"items":${items},"item":{"__typename":"Item","id":"i2"}}}`));
      graph.answer('notes', ({ response, variables }) => {
        const entities = variables.representations.map(({ id }: Json) => (id === 'i2' ? { note: 'About i2' } : null));
        sendJson(response, { data: { _entities: entities } });
      });
      const { status, body } = await gateway.query('{ items { title note } item(id: "i2") { note } }');
      expect(status).toBe(200);
      expect(body.data).toEqual({ items: [{ title: 'Odd', note: null }], item: { note: 'About i2' } });
      expect(errorsOf(body)).toEqual(what.startsWith('a list') ? [`items.0.note ${invalid}`] : []);
    });
  }
});
