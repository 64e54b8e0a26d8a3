import type { GrowingBuffer } from './growingBuffer.js';
import { Http1Failure } from './http1Failure.js';
import { isTokenByte } from './responseHead.js';

/** Longer ones hold leading zeros only to confuse: 2^53 has 14 hexadecimal digits. */
const MAX_SIZE_DIGITS = 16;
/** For extensions and trailers of one body together, in bytes: both are read over. */
const MAX_EXTRA_BYTES = 64 * 1024;

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const SEMICOLON = 59;

const HEX = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  HEX[digit.toString(16).charCodeAt(0)] = digit;
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/*
 * Where the reader stands in RFC 9112 §7.1:
 *
 *   SIZE ─▶ SIZE_BLANK ─▶ EXTENSION ─▶ SIZE_LF ─▶ DATA ─▶ DATA_CR ─▶ DATA_LF ─▶ SIZE …
 *                                        └─ size 0 ─▶ TRAILER_START ─▶ TRAILER_NAME ─▶ TRAILER_VALUE ─▶ TRAILER_LF ─▶ TRAILER_START …
 *                                                       └─ CR ─▶ LAST_LF ─▶ DONE
 */
const SIZE = 0;
const SIZE_BLANK = 1;
const EXTENSION = 2;
const SIZE_LF = 3;
const DATA = 4;
const DATA_CR = 5;
const DATA_LF = 6;
const TRAILER_START = 7;
const TRAILER_NAME = 8;
const TRAILER_VALUE = 9;
const TRAILER_LF = 10;
const LAST_LF = 11;
const DONE = 12;

/** Reads the chunked transfer coding; extensions and trailers are read over. */
export class ChunkedBody {
  private state = SIZE;
  private size = 0;
  private digits = 0;
  private extra = 0;

  constructor(
    private readonly target: GrowingBuffer,
    private readonly maxBytes: number,
  ) {}

  get done(): boolean {
    return this.state === DONE;
  }

  /** Reads on and returns the position of the first byte that it did not take: `end`, or what follows the body. Throws `Http1Failure`. */
  read(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && this.state !== DONE) {
      if (this.state === DATA) {
        const taken = Math.min(this.size, end - at);
        this.target.append(bytes, at, at + taken);
        at += taken;
        this.size -= taken;
        if (this.size === 0) this.state = DATA_CR;
      } else {
        this.step(bytes[at] ?? 0);
        at++;
      }
    }
    return at;
  }

  private step(byte: number): void {
    switch (this.state) {
      case SIZE:
        this.readSize(byte);
        break;
      case SIZE_BLANK:
        if (byte === SEMICOLON) this.state = EXTENSION;
        else if (byte === CR) this.state = SIZE_LF;
        else if (byte !== SPACE && byte !== TAB) throw malformed();
        this.countExtra();
        break;
      case EXTENSION:
        if (byte === CR) this.state = SIZE_LF;
        else if (byte === LF) throw malformed();
        this.countExtra();
        break;
      case SIZE_LF:
        expect(byte, LF);
        this.state = this.size === 0 ? TRAILER_START : DATA;
        this.digits = 0;
        break;
      case DATA_CR:
        expect(byte, CR);
        this.state = DATA_LF;
        break;
      case DATA_LF:
        expect(byte, LF);
        this.state = SIZE;
        break;
      case TRAILER_START:
        if (byte === CR) this.state = LAST_LF;
        else if (isTokenByte(byte)) this.state = TRAILER_NAME;
        else throw malformed();
        this.countExtra();
        break;
      case TRAILER_NAME:
        if (byte === COLON) this.state = TRAILER_VALUE;
        else if (!isTokenByte(byte)) throw malformed();
        this.countExtra();
        break;
      case TRAILER_VALUE:
        if (byte === CR) this.state = TRAILER_LF;
        else if (byte === LF) throw malformed();
        this.countExtra();
        break;
      case TRAILER_LF:
        expect(byte, LF);
        this.state = TRAILER_START;
        break;
      case LAST_LF:
        expect(byte, LF);
        this.state = DONE;
        break;
    }
  }

  private readSize(byte: number): void {
    const digit = HEX[byte] ?? -1;
    if (digit !== -1) {
      if (++this.digits > MAX_SIZE_DIGITS) throw malformed();
      this.size = this.size * 16 + digit;
      return;
    }
    if (this.digits === 0) throw malformed();
    if (this.target.length + this.size > this.maxBytes) throw new Http1Failure('too-large', 'chunked body');
    if (byte === CR) this.state = SIZE_LF;
    else if (byte === SEMICOLON) this.state = EXTENSION;
    else if (byte === SPACE || byte === TAB) this.state = SIZE_BLANK;
    else throw malformed();
  }

  private countExtra(): void {
    if (++this.extra > MAX_EXTRA_BYTES) throw new Http1Failure('invalid', 'chunk extensions or trailers too long');
  }
}

function expect(byte: number, expected: number): void {
  if (byte !== expected) throw malformed();
}

function malformed(): Http1Failure {
  return new Http1Failure('invalid', 'malformed chunk');
}
