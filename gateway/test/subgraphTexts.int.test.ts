import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  answerChanged,
  answerJson,
  type FaultyGraph,
  type Json,
  startFaultyGraph,
} from './fixtures/startFaultyGraph.js';
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

/** The answer as it comes over the wire. */
async function ask(query: string, variables?: Json): Promise<string> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

describe('texts arrive as they were sent', () => {
  /** As JSON. */
  const texts: Record<string, string> = {
    quotes: '"a \\"b\\" c"',
    backslashes: '"C:\\\\new\\\\"',
    'line breaks and tabs': '"a\\nb\\r\\n\\tc"',
    'control characters': '"\\u0000\\u0001\\u001f\\u007f\\b\\f"',
    'escapes that are not needed': '"\\/\\u0041\\u00e9"',
    emoji: '"👍🏽 👩‍👩‍👧"',
    'emoji as escapes': '"\\ud83d\\udc4d"',
    'lone surrogates': '"\\ud83d \\udc4d \\ud83d"',
    'line separators': '"\u2028\u2029"',
    'what looks like JSON': '"}],\\"x\\":{"',
    'what looks like HTML': '"<script>alert(1)</script>&amp;"',
    'letters of many scripts': '"Ünï çödé 中文 عربى हिन्दी"',
    'a replacement character': '"\ufffd"',
    nothing: '""',
  };
  for (const [what, json] of Object.entries(texts)) {
    it(`${what}, in one subgraph while the others are plain`, async () => {
      graph.answer('notes', answerJson(`{"data":{"board":{"text":${json},"any":{${json}:[${json}]},"mark":${json}}}}`));
      const body = JSON.parse(await ask('{ items { title } board { text any mark } }'));
      const text = JSON.parse(json);
      expect(body).toEqual({
        data: {
          items: [{ title: 'One' }, { title: 'Two' }, { title: 'One' }],
          board: { text, any: { [text]: [text] }, mark: text },
        },
      });
    });

    it(`${what}, in keys that go on to other subgraphs`, async () => {
      const asked: Json[] = [];
      graph.answer('shelf', answerJson(`{"data":{"items":[{"__typename":"Item","id":${json}}]}}`));
      graph.answer('notes', ({ response, variables }) => {
        asked.push(...variables.representations);
        answerJson(`{"data":{"_entities":[{"note":"plain"}]}}`)({ response } as never);
      });
      const body = JSON.parse(await ask('{ items { id note } }'));
      const id = JSON.parse(json);
      expect(asked).toEqual([{ __typename: 'Item', id }]);
      expect(body).toEqual({ data: { items: [{ id, note: 'plain' }] } });
    });

    it(`${what}, in variables`, async () => {
      const text = JSON.parse(json);
      const body = JSON.parse(await ask('query ($text: String) { echo(text: $text) { text } }', { text }));
      expect(body).toEqual({ data: { echo: { text } } });
    });
  }

  it('in entities, when only later ones need escaping', async () => {
    graph.answer(
      'makers',
      answerChanged(({ data }) => {
        for (const entity of data._entities) entity.name = `"${entity.name}"\n`;
      }),
    );
    const body = JSON.parse(await ask('{ items { title note maker { id name } } }'));
    expect(body.data.items[1]).toEqual({ title: 'Two', note: 'About i2', maker: { id: 'm2', name: '"Maker m2"\n' } });
  });

  it('with bytes that are no UTF-8 as replacement characters', async () => {
    graph.answer('notes', ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        Buffer.concat([Buffer.from('{"data":{"board":{"text":"a'), Buffer.from([0xff, 0xc3]), Buffer.from('b"}}}')]),
      );
    });
    expect(JSON.parse(await ask('{ board { text } }'))).toEqual({ data: { board: { text: 'a\ufffd\ufffdb' } } });
  });

  it('with a byte order mark in front', async () => {
    graph.answer('notes', answerJson('\ufeff{"data":{"board":{"text":"x"}}}'));
    expect(JSON.parse(await ask('{ board { text } }'))).toEqual({ data: { board: { text: 'x' } } });
  });
});

describe('names that objects inherit', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype', '__defineGetter__'];
  const untouched = () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Json).polluted).toBeUndefined();
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  };

  it('may be aliases of leaves, objects and entities', async () => {
    for (const name of names) {
      const text = await ask(`{ ${name}: board { ${name}: text } items { ${name}: maker { ${name}: name } } }`);
      const makers = ['m1', 'm2', 'm1'].map((id) => `{"${name}":{"${name}":"Maker ${id}"}}`);
      expect(text).toBe(`{"data":{"${name}":{"${name}":"Hello"},"items":[${makers}]}}`);
      untouched();
    }
  });

  it('are not there when they are not: the field is null', async () => {
    graph.answer('notes', answerJson({ data: { board: { __typename: 'Board' } } }));
    for (const name of names) {
      expect(await ask(`{ board { ${name}: text } }`)).toBe(`{"data":{"board":{"${name}":null}}}`);
      expect(await ask(`{ ${name}: echo(text: "x") { text } }`)).toBe(`{"data":{"${name}":null}}`);
    }
  });

  it('may be aliases of what fails', async () => {
    graph.answer('notes', answerJson('', 500));
    for (const name of names) {
      const { data, errors } = JSON.parse(await ask(`{ ${name}: board { text } item(id: "i1") { ${name}: note } }`));
      expect(JSON.stringify(data)).toBe(`{"${name}":null,"item":{"${name}":null}}`);
      expect(errors.map(({ path }: Json) => path).sort()).toEqual([[name], ['item', name]].sort());
    }
  });

  it('as keys of a subgraph’s data change nothing', async () => {
    const hostile = names.map((name) => `"${name}":{"polluted":true,"prototype":{"polluted":true}}`).join(',');
    const board = `{${hostile},"text":"x","any":{${hostile}},"size":{${hostile},"width":1}}`;
    graph.answer('notes', answerJson(`{${hostile},"data":{${hostile},"board":${board}},"extensions":{${hostile}}}`));
    const [first, second] = [0, 1].map(() => ask('{ board { text any size { width } } item(id: "i1") { title } }'));
    const expected = `{"data":{"board":{"text":"x","any":{${hostile}},"size":{"width":1}},"item":{"title":"One"}}}`;
    expect([await first, await second]).toEqual([expected, expected]);
    untouched();
  });

  it('as keys of entities and errors change nothing', async () => {
    const hostile = names.map((name) => `"${name}":{"polluted":true}`).join(',');
    const errors = `[{${hostile},"message":"m","path":["_entities",1,"note"],"extensions":{${hostile}}}]`;
    const entities = `[{${hostile},"note":"a"},{${hostile},"note":null}]`;
    graph.answer('notes', answerJson(`{"data":{"_entities":${entities}},"errors":${errors}}`));
    const body = JSON.parse(await ask('{ items { note } }'));
    expect(body.data).toEqual({ items: [{ note: 'a' }, { note: null }, { note: 'a' }] });
    expect(body.errors.map(({ path }: Json) => path)).toEqual([['items', 1, 'note']]);
    untouched();
  });

  it('as names of variables are names like others, but for the one that the body’s parser refuses', async () => {
    for (const name of names) {
      const query = `query ($${name}: String) { echo(text: $${name}) { text } }`;
      const given = await ask(query, JSON.parse(`{"${name}":"x"}`));
      if (name === '__proto__') expect(JSON.parse(given).errors[0].extensions.code).toBe('BAD_REQUEST');
      else expect(given).toBe('{"data":{"echo":{"text":"x"}}}');
      expect(await ask(query)).toBe('{"data":{"echo":{"text":null}}}');
    }
  });
});
