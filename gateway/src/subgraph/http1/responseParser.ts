import { ChunkedBody } from './chunkedBody.js';
import { GrowingBuffer } from './growingBuffer.js';
import type { Http1Reply } from './http1Exchange.js';
import { Http1Failure } from './http1Failure.js';
import { fieldOf, parseResponseHead, type ResponseHead } from './responseHead.js';

/** For all heads of one exchange together: interim responses (1xx) count as well. */
const MAX_HEAD_BYTES = 64 * 1024;
/** A body of known length up to this gets its memory at once; a longer one as it comes, since a length is easily claimed. */
const MAX_RESERVED_BYTES = 1024 * 1024;
/** Every response begins so: what does not is refused at its first bytes instead of at the limit or the time-out. */
const PREFIX = Buffer.from('HTTP/1.', 'latin1');

const LF = 10;
const CR = 13;

/*
 *   HEAD ─┬─▶ HEAD            after an interim response
 *         ├─▶ LENGTH ──┐      content-length
 *         ├─▶ CHUNKS ──┼─▶ DONE
 *         ├─▶ CLOSE ───┘      neither: what comes until the connection ends
 *         └─▶ DONE            no body: 204, 304, length 0
 */
const HEAD = 0;
const LENGTH = 1;
const CHUNKS = 2;
const CLOSE = 3;
const DONE = 4;

/** Reads the responses of one connection, one after another (RFC 9112). Everything it throws is an `Http1Failure`, after which it must not be used again. */
export class ResponseParser {
  /** Whether any byte of the response came. */
  started = false;
  /** Whether the connection can carry another exchange: the server keeps it, and nothing follows the response. */
  reusable = false;
  /** The value of the last response's `keep-alive`. */
  keepAlive = '';

  private state = DONE;
  private head: ResponseHead | undefined;
  private headBytes = 0;
  private chunks: ChunkedBody | undefined;
  /** A head or body that did not come in one piece. */
  private readonly collected = new GrowingBuffer();

  constructor(private readonly maxBytes: number) {}

  /** A request is sent: the next bytes are its response's. */
  begin(): void {
    this.started = false;
    this.reusable = false;
    this.headBytes = 0;
    this.state = HEAD;
  }

  /** Reads on; the bytes may be overwritten afterwards. Returns the reply when it is complete. */
  read(bytes: Buffer, end: number): Http1Reply | undefined {
    this.started = true;
    let at = 0;
    while (this.state === HEAD) {
      at = this.readHead(bytes, at, end);
      if (at === -1) return undefined;
    }
    switch (this.state) {
      case LENGTH:
        return this.readLength(bytes, at, end);
      case CHUNKS: {
        if (!this.chunks) return undefined;
        at = this.chunks.read(bytes, at, end);
        return this.chunks.done ? this.finishCollected(at === end) : undefined;
      }
      case CLOSE:
        if (this.collected.length + end - at > this.maxBytes) throw new Http1Failure('too-large', 'body until close');
        this.collected.append(bytes, at, end);
        return undefined;
      default:
        return this.finish(bytes, at, at, at === end);
    }
  }

  /** The server has ended the connection in an orderly way. Returns the reply if that was its end, throws 'unreachable' if it was cut off. */
  end(): Http1Reply {
    if (this.state === CLOSE) return this.finishCollected(false);
    throw new Http1Failure('unreachable', `closed ${this.started ? 'within' : 'before'} the answer`);
  }

  /** Returns where the body or the next head begins, -1 when more is needed. */
  private readHead(bytes: Buffer, start: number, end: number): number {
    const { collected } = this;
    let text: string;
    let next = collected.length === 0 ? endOfHead(bytes, start, Math.min(end, start + MAX_HEAD_BYTES)) : -1;
    if (next !== -1) text = bytes.toString('latin1', start, next);
    else {
      const seen = collected.length;
      collected.append(bytes, start, Math.min(end, start + MAX_HEAD_BYTES - seen));
      const headEnd = endOfHead(collected.bytes, Math.max(0, seen - 3), collected.length);
      if (headEnd === -1) {
        refuseHopelessHead(collected, seen);
        return -1;
      }
      text = collected.bytes.toString('latin1', 0, headEnd);
      next = start + headEnd - seen;
      collected.clear();
    }
    this.headBytes += text.length;
    if (this.headBytes > MAX_HEAD_BYTES) throw new Http1Failure('invalid', 'head too long');
    this.enter(parseResponseHead(text));
    return this.state === HEAD && next === end ? -1 : next;
  }

  private enter(head: ResponseHead): void {
    const { status, contentLength } = head;
    if (status < 200) {
      if (status === 101) throw new Http1Failure('invalid', 'another protocol, which was not asked for');
      return;
    }
    this.head = head;
    if (status === 204 || status === 304) this.state = DONE;
    else if (head.chunked) {
      this.chunks = new ChunkedBody(this.collected, this.maxBytes);
      this.state = CHUNKS;
    } else if (contentLength > this.maxBytes) throw new Http1Failure('too-large', `content-length ${contentLength}`);
    else if (contentLength > 0) this.state = LENGTH;
    else this.state = contentLength === 0 ? DONE : CLOSE;
  }

  private readLength(bytes: Buffer, start: number, end: number): Http1Reply | undefined {
    const { collected } = this;
    const length = this.head?.contentLength ?? 0;
    const bodyEnd = start + length - collected.length;
    // Most bodies come in one piece: decoded where they lie.
    if (collected.length === 0 && bodyEnd <= end) return this.finish(bytes, start, bodyEnd, bodyEnd === end);
    if (collected.length === 0) collected.reserve(Math.min(length, MAX_RESERVED_BYTES));
    collected.append(bytes, start, Math.min(end, bodyEnd));
    return collected.length === length ? this.finishCollected(bodyEnd === end) : undefined;
  }

  private finishCollected(nothingFollows: boolean): Http1Reply {
    const reply = this.finish(this.collected.bytes, 0, this.collected.length, nothingFollows);
    this.collected.clear();
    return reply;
  }

  private finish(bytes: Buffer, start: number, end: number, nothingFollows: boolean): Http1Reply {
    const { head } = this;
    if (!head) throw new Http1Failure('invalid', 'bytes that no request asked for');
    this.reusable = nothingFollows && head.persistent && this.state !== CLOSE;
    this.keepAlive = head.keepAlive;
    this.head = undefined;
    this.chunks = undefined;
    this.state = DONE;
    return new ParsedReply(head, decode(bytes, start, end), end - start);
  }
}

class ParsedReply implements Http1Reply {
  readonly status: number;
  readonly contentType: string;
  readonly plain: boolean;
  private readonly head: string;

  constructor(
    head: ResponseHead,
    readonly text: string,
    readonly bytes: number,
  ) {
    this.status = head.status;
    this.contentType = head.contentType;
    this.head = head.text;
    this.plain = !text.includes('\\');
  }

  header(name: string): string | undefined {
    return fieldOf(this.head, name);
  }
}

/** Node 24 scans for ASCII within its UTF-8 decoder: choosing Latin-1 by `isAscii` first measured no faster. */
function decode(bytes: Buffer, start: number, end: number): string {
  const marked = end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
  return bytes.toString('utf8', marked ? start + 3 : start, end);
}

/** The position behind the first empty line, -1 when there is none. Looks at every fourth byte only, as long as that is neither CR nor LF. */
function endOfHead(bytes: Buffer, start: number, end: number): number {
  let at = start + 3;
  while (at < end) {
    const byte = bytes[at];
    if (byte === LF) {
      if (bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR) return at + 1;
      at += 2;
    } else at += byte === CR ? 1 : 4;
  }
  return -1;
}

/** Of an unfinished head, whose bytes from `seen` on are new: whether it can still become one. */
function refuseHopelessHead({ bytes, length }: GrowingBuffer, seen: number): void {
  if (length >= MAX_HEAD_BYTES) throw new Http1Failure('invalid', 'head too long');
  const known = Math.min(length, PREFIX.length);
  if (bytes.compare(PREFIX, 0, known, 0, known) !== 0) throw new Http1Failure('invalid', 'no HTTP/1 response');
  for (let at = seen; at < length; at++) {
    if (bytes[at] === LF && bytes[at - 1] !== CR) throw new Http1Failure('invalid', 'bare LF in the head');
  }
}
