import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it, vi } from 'vitest';
import { writeMultipart } from './writeMultipart.js';

/** A response whose client reads slower than it is written. */
function slowResponse(): PassThrough & ServerResponse {
  return Object.assign(new PassThrough({ highWaterMark: 1 }), { writeHead: vi.fn() }) as never;
}

async function* parts(count: number) {
  for (let index = 0; index < count; index++)
    yield { json: `{"incremental":[],"hasNext":${index < count - 1}}`, codes: [`CODE_${index}`] };
}
const first = (later: AsyncIterable<{ json: string; codes: string[] }> | undefined) => ({
  json: '{"data":{},"hasNext":true}',
  codes: ['FIRST'],
  later,
});

it('waits for a slow client, and leaves no listener behind', async () => {
  const response = slowResponse();
  const before = response.listenerCount('close');
  const writing = writeMultipart(response, { id: 'x', told: undefined }, first(parts(50)));
  const received = text(response);
  expect(await writing).toEqual(['FIRST', ...Array.from({ length: 50 }, (_each, index) => `CODE_${index}`)]);
  expect(response.listenerCount('close')).toBeLessThan(before + 3);
  expect((await received).match(/\r\n---\r\n/g)).toHaveLength(51);
  expect(await received).toMatch(/"hasNext":false\}\r\n-----\r\n$/);
});

it('ends when the client goes away, asking for no more parts', async () => {
  const response = slowResponse();
  let asked = 0;
  const endless = async function* () {
    for (;;) {
      asked += 1;
      yield { json: '{"hasNext":true}', codes: [] };
    }
  };
  const writing = writeMultipart(response, { id: 'x', told: undefined }, first(endless()));
  await vi.waitFor(() => expect(asked).toBeGreaterThan(0));
  response.destroy();
  expect(await writing).toEqual(['FIRST']);
  const then = asked;
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toBe(then);
});

it('writes one part where nothing follows', async () => {
  const response = slowResponse();
  const received = text(response);
  await writeMultipart(response, { id: 'x', told: undefined }, first(undefined));
  expect(await received).toBe(
    '\r\n---\r\ncontent-type: application/json; charset=utf-8\r\n\r\n{"data":{},"hasNext":true}\r\n-----\r\n',
  );
});
