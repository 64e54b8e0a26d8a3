import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ResponseReader } from './responseReader.ts';

const RESPONSES = [
  'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"data":{}}',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"dat\r\n6\r\na":{}}\r\n0\r\n\r\n',
  'HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n',
];

/** Status and length of each response, as read from pieces that never span two responses. */
function readAll(responses: readonly string[], sizes: readonly number[]): [number, number][] {
  const reader = new ResponseReader();
  const seen: [number, number][] = [];
  let piece = 0;
  for (const response of responses) {
    for (let at = 0; at < response.length; ) {
      const bytes = Buffer.from(response.slice(at, at + (sizes[piece++ % sizes.length] ?? 1)));
      at += bytes.length;
      if (reader.read(bytes, bytes.length)) seen.push([reader.status, reader.length]);
    }
  }
  return seen;
}

it('counts the bytes of responses, wherever the network cuts them', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (sizes) => {
      expect(readAll(RESPONSES, sizes)).toEqual([
        [200, 11],
        [200, 11],
        [503, 0],
      ]);
    }),
  );
});

it('refuses a response of which nobody can say where it ends', () => {
  expect(() => readAll(['HTTP/1.1 200 OK\r\nserver: odd\r\n\r\n{}'], [100])).toThrow('without a length');
});
