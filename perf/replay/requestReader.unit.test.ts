import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RequestReader } from './requestReader.ts';

const REQUESTS =
  'POST /a HTTP/1.1\r\nContent-Length: 13\r\n\r\n{"query":"1"}' +
  'POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"qu\r\n9\r\nery":"2"}\r\n0\r\n\r\n' +
  'POST /a HTTP/1.1\r\nhost: here\r\ncontent-length: 13\r\n\r\n{"query":"3"}';

it('cuts requests out of a connection, wherever the network cuts it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sizes) => {
      const bodies: string[] = [];
      const reader = new RequestReader((body) => bodies.push(body));
      for (let at = 0, piece = 0; at < REQUESTS.length; piece++) {
        const size = sizes[piece % sizes.length] ?? 1;
        reader.read(REQUESTS.slice(at, at + size));
        at += size;
      }
      expect(bodies).toEqual(['{"query":"1"}', '{"query":"2"}', '{"query":"3"}']);
    }),
  );
});
