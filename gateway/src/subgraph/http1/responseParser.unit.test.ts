import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Http1Reply } from './http1Exchange.js';
import { Http1Failure } from './http1Failure.js';
import { ResponseParser } from './responseParser.js';

const MAX_BYTES = 100_000;

/** Feeds the bytes in pieces, each through the same memory, as a connection does, and ends the stream after them. */
function parse(input: string | Buffer, cuts: readonly number[] = [], maxBytes = MAX_BYTES) {
  const bytes = Buffer.from(input);
  const parser = new ResponseParser(maxBytes);
  parser.begin();
  const shared = Buffer.alloc(bytes.length);
  let start = 0;
  for (const cut of [...cuts].sort((a, b) => a - b).concat(bytes.length)) {
    const end = Math.min(cut, bytes.length);
    if (end === start) continue;
    shared.fill(0x21);
    bytes.copy(shared, 0, start, end);
    const reply = parser.read(shared, end - start);
    if (reply) return { reply, reusable: parser.reusable && end === bytes.length, keepAlive: parser.keepAlive };
    start = end;
  }
  return { reply: parser.end(), reusable: parser.reusable, keepAlive: parser.keepAlive };
}

function reasonOf(input: string | Buffer, cuts?: readonly number[], maxBytes?: number): string {
  try {
    parse(input, cuts, maxBytes);
  } catch (error) {
    if (error instanceof Http1Failure) return error.reason;
    throw error;
  }
  return 'none';
}

const visible = ({ status, contentType, text, plain, bytes, header }: Http1Reply, reply: Http1Reply) => ({
  status,
  contentType,
  text,
  plain,
  bytes,
  x: header.call(reply, 'x-other'),
});
const look = (reply: Http1Reply) => visible(reply, reply);

const ok = (fields: string, body = '') => `HTTP/1.1 200 OK\r\n${fields}\r\n${body}`;

function chunked(body: Buffer, sizes: readonly number[], extension: string, trailers: string): Buffer {
  const parts: Buffer[] = [];
  let start = 0;
  for (const size of [...sizes, body.length]) {
    const piece = body.subarray(start, start + size);
    start += piece.length;
    if (piece.length === 0) continue;
    parts.push(Buffer.from(`${piece.length.toString(16)}${extension}\r\n`), piece, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from(`0${extension}\r\n${trailers}\r\n`)]);
}

const framedResponse = fc
  .record({
    status: fc.constantFrom(200, 201, 400, 401, 413, 500, 503),
    reason: fc.constantFrom(' OK', ' ', '', ' Très bien'),
    interim: fc.constantFrom('', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'),
    text: fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 }), fc.constant('')),
    other: fc.constantFrom(undefined, 'a', 'a b', ''),
    framing: fc.oneof(
      fc.constant({ kind: 'length' as const }),
      fc.constant({ kind: 'close' as const }),
      fc.record({
        kind: fc.constant('chunked' as const),
        sizes: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 10 }),
        extension: fc.constantFrom('', ';a=b', ' ; q="x;y"', ' '),
        trailers: fc.constantFrom('', 'x-sum: 1\r\n', 'a:\r\nb: c\r\n'),
      }),
    ),
  })
  .map(({ status, reason, interim, text, other, framing }) => {
    const body = Buffer.from(text);
    const framingField = {
      length: `Content-Length: ${body.length}\r\n`,
      close: '',
      chunked: 'Transfer-Encoding: chunked\r\n',
    };
    const head =
      `${interim}HTTP/1.1 ${status}${reason}\r\ncontent-type: application/json\r\n` +
      `${other === undefined ? '' : `X-Other: ${other}\r\n`}${framingField[framing.kind]}\r\n`;
    const framed =
      framing.kind === 'chunked' ? chunked(body, framing.sizes, framing.extension, framing.trailers) : body;
    return {
      bytes: Buffer.concat([Buffer.from(head, 'latin1'), framed]),
      reusable: framing.kind !== 'close',
      reply: {
        status,
        contentType: 'application/json',
        text: body.toString().replace(/^\uFEFF/, ''),
        plain: !text.includes('\\'),
        bytes: body.length,
        x: other,
      },
    };
  });

const cutsWithin = fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 20 });

describe('a response', () => {
  it('is read the same however it is cut', () => {
    fc.assert(
      fc.property(framedResponse, cutsWithin, ({ bytes, reusable, reply }, cuts) => {
        const parsed = parse(bytes, cuts);
        expect(look(parsed.reply)).toEqual(reply);
        expect(parsed.reusable).toBe(reusable);
      }),
    );
  });

  it('is read byte by byte', () => {
    fc.assert(
      fc.property(framedResponse, ({ bytes, reply }) => {
        const everywhere = Array.from(bytes, (_, at) => at);
        expect(look(parse(bytes, everywhere).reply)).toEqual(reply);
      }),
      { numRuns: 30 },
    );
  });

  it('that is cut off is a failure unless the close is its end', () => {
    fc.assert(
      fc.property(
        framedResponse.filter(({ reusable, bytes }) => reusable && bytes.length > 0),
        fc.nat(),
        cutsWithin,
        ({ bytes }, at, cuts) => {
          expect(reasonOf(bytes.subarray(0, at % bytes.length), cuts)).toBe('unreachable');
        },
      ),
    );
  });

  it('that is garbage gives a failure or a reply, nothing else', () => {
    const piece = fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.0 204\r\n',
      'HTTP/1.1 100 C\r\n',
      'content-length: 3\r\n',
      'content-length: 4\r\n',
      'transfer-encoding: chunked\r\n',
      'connection: close\r\n',
      '\r\n',
      '\r',
      '\n',
      'ffffffffffffffff\r\n',
      '5;a\r\n',
      '0\r\n',
      'abc',
      ':',
      '\0',
    );
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.array(piece, { maxLength: 20 }).map((pieces) => Buffer.from(pieces.join(''))),
      fc.array(piece, { maxLength: 20 }).map((pieces) => Buffer.from(`HTTP/1.1 200 OK\r\n${pieces.join('')}`)),
      fc
        .tuple(framedResponse, fc.nat(), fc.integer({ min: 0, max: 255 }))
        .map(([{ bytes }, at, byte]) => Buffer.from(bytes.with(at % bytes.length, byte))),
    );
    fc.assert(
      fc.property(garbage, cutsWithin, (bytes, cuts) => {
        expect(['none', 'unreachable', 'invalid', 'too-large']).toContain(reasonOf(bytes, cuts));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('framing', () => {
  it.each([
    ['both a length and chunks', ok('content-length: 3\r\ntransfer-encoding: chunked\r\n', '3\r\nabc\r\n0\r\n\r\n')],
    ['two lengths', ok('content-length: 3\r\ncontent-length: 4\r\n', 'abcd')],
    ['two lengths in a list', ok('content-length: 3, 4\r\n', 'abcd')],
    ['a signed length', ok('content-length: +3\r\n', 'abc')],
    ['an empty length', ok('content-length:\r\n', 'abc')],
    ['a hexadecimal length', ok('content-length: 0x3\r\n', 'abc')],
    ['another transfer coding', ok('transfer-encoding: gzip, chunked\r\n', '0\r\n\r\n')],
    ['chunked twice', ok('transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n')],
    ['an empty transfer coding', ok('transfer-encoding:\r\n', '0\r\n\r\n')],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a content coding', ok('content-encoding: gzip\r\ncontent-length: 3\r\n', 'abc')],
    ['a space before the colon', ok('content-length : 3\r\n', 'abc')],
    ['a folded line', ok('x: a\r\n b\r\ncontent-length: 3\r\n', 'abc')],
    ['a line without a colon', ok('nothing\r\ncontent-length: 3\r\n', 'abc')],
    ['a bare LF', 'HTTP/1.1 200 OK\ncontent-length: 3\n\nabc'],
    ['a bare LF between fields', ok('x: a\ny: b\r\ncontent-length: 3\r\n', 'abc')],
    ['a bare CR in a field', ok('x: a\rb\r\ncontent-length: 3\r\n', 'abc')],
    ['NUL in a field', ok('x: a\0b\r\ncontent-length: 3\r\n', 'abc')],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\ncontent-length: 3\r\n\r\nabc'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\ncontent-length: 3\r\n\r\nabc'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\ncontent-length: 3\r\n\r\nabc'],
    ['a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'],
    ['a head too long', ok(`x: ${'a'.repeat(70_000)}\r\n`)],
    ['endless interim responses', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(4_000)],
    ['a chunk without a size', ok('transfer-encoding: chunked\r\n', '\r\nabc\r\n')],
    ['a chunk longer than its size', ok('transfer-encoding: chunked\r\n', '2\r\nabc\r\n0\r\n\r\n')],
    ['a chunk size that is no number', ok('transfer-encoding: chunked\r\n', 'g\r\nabc\r\n')],
    ['a negative chunk size', ok('transfer-encoding: chunked\r\n', '-1\r\nabc\r\n')],
    ['a chunk size of too many digits', ok('transfer-encoding: chunked\r\n', `${'0'.repeat(17)}3\r\nabc\r\n`)],
    ['two chunk sizes', ok('transfer-encoding: chunked\r\n', '3 3\r\nabc\r\n')],
    ['a bare LF behind a chunk size', ok('transfer-encoding: chunked\r\n', '3\nabc\r\n0\r\n\r\n')],
    ['a bare LF in an extension', ok('transfer-encoding: chunked\r\n', '3;a\nabc\r\n0\r\n\r\n')],
    ['an endless extension', ok('transfer-encoding: chunked\r\n', `3;${'a'.repeat(70_000)}\r\nabc\r\n0\r\n\r\n`)],
    ['endless trailers', ok('transfer-encoding: chunked\r\n', `0\r\n${'a: b\r\n'.repeat(20_000)}\r\n`)],
    ['a malformed trailer', ok('transfer-encoding: chunked\r\n', '0\r\na b: c\r\n\r\n')],
  ])('refuses %s', (_, response) => {
    expect(reasonOf(response)).toBe('invalid');
    expect(reasonOf(response, [20, 21, 40, 1000])).toBe('invalid');
  });

  it('refuses what can become no response at its first bytes, without waiting for more', () => {
    for (const begin of ['X', 'HTTP/2', '\r\n', 'HTTP/1.1 200 OK\n']) {
      const parser = new ResponseParser(MAX_BYTES);
      parser.begin();
      expect(() => parser.read(Buffer.from(begin), begin.length)).toThrow(Http1Failure);
    }
  });

  it('takes equal lengths as one, and the identity coding', () => {
    const fields = 'content-length: 3\r\nContent-Length: 3, 3\r\ncontent-encoding: Identity\r\n';
    expect(parse(ok(fields, 'abc')).reply.text).toBe('abc');
  });

  it('gives 204 and 304 no body, whatever they claim', () => {
    for (const status of [204, 304]) {
      const { reply, reusable } = parse(`HTTP/1.1 ${status} X\r\ncontent-length: 5\r\n\r\n`);
      expect([reply.status, reply.text, reusable]).toEqual([status, '', true]);
    }
  });

  it('refuses a body beyond the limit before it came', () => {
    expect(reasonOf(ok('content-length: 11\r\n'), [], 10)).toBe('too-large');
    expect(reasonOf(ok(`content-length: ${'9'.repeat(400)}\r\n`), [], 10)).toBe('too-large');
    expect(reasonOf(ok('transfer-encoding: chunked\r\n', 'b\r\n'), [], 10)).toBe('too-large');
    expect(reasonOf(ok('transfer-encoding: chunked\r\n', '5\r\n12345\r\n6\r\n'), [], 10)).toBe('too-large');
    expect(reasonOf(ok('', '12345678901'), [], 10)).toBe('too-large');
    expect(reasonOf(ok('content-length: 10\r\n', '1234567890'), [], 10)).toBe('none');
    expect(reasonOf(ok('transfer-encoding: chunked\r\n', 'a\r\n1234567890\r\n0\r\n\r\n'), [], 10)).toBe('none');
    expect(reasonOf(ok('', '1234567890'), [], 10)).toBe('none');
  });
});

describe('the connection', () => {
  it.each([
    ['HTTP/1.1 200 OK', '', true],
    ['HTTP/1.1 200 OK', 'connection: close\r\n', false],
    ['HTTP/1.1 200 OK', 'Connection: Upgrade, Close\r\n', false],
    ['HTTP/1.1 200 OK', 'connection: x\r\nconnection: close\r\n', false],
    ['HTTP/1.0 200 OK', '', false],
    ['HTTP/1.0 200 OK', 'connection: Keep-Alive\r\n', true],
  ])('after %s %s', (status, fields, reusable) => {
    expect(parse(`${status}\r\n${fields}content-length: 2\r\n\r\n{}`).reusable).toBe(reusable);
  });

  it('is of no use when something follows the response', () => {
    for (const more of ['x', ok('content-length: 0\r\n')]) {
      const { reply, reusable } = parse(`${ok('content-length: 2\r\n', '{}')}${more}`);
      expect([reply.text, reusable]).toEqual(['{}', false]);
      expect(parse(`${ok('transfer-encoding: chunked\r\n', '0\r\n\r\n')}${more}`).reusable).toBe(false);
    }
  });
});

describe('the text', () => {
  it('is UTF-8 without its mark, and what is none becomes U+FFFD', () => {
    const body = Buffer.from([0xef, 0xbb, 0xbf, 0x22, 0xff, 0xc3, 0xa9, 0x22]);
    const { reply } = parse(Buffer.concat([Buffer.from(ok('content-length: 8\r\n')), body]));
    expect([reply.text, reply.bytes]).toEqual(['"\uFFFDé"', 8]);
  });

  it('survives when the receive buffer is used again', () => {
    const parser = new ResponseParser(MAX_BYTES);
    const shared = Buffer.from(ok('content-type: a/b\r\nx-other: kept\r\ncontent-length: 4\r\n', 'text'));
    parser.begin();
    const reply = parser.read(shared, shared.length);
    shared.fill(0);
    expect(reply && look(reply)).toMatchObject({ contentType: 'a/b', text: 'text', x: 'kept' });
  });
});

describe('other fields', () => {
  it('are found by their lower-case names, several as one list', () => {
    const { reply } = parse(ok('X-A: 1\r\nx-ab: 2\r\nx-a:  3 \r\nx-empty:\r\ncontent-length: 0\r\n'));
    expect(['x-a', 'x-ab', 'x-empty', 'x', 'x-a:'].map((name) => reply.header(name))).toEqual([
      '1, 3',
      '2',
      '',
      undefined,
      undefined,
    ]);
  });
});
