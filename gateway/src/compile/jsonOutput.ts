/** JSON, ready to be sent: long ones as bytes. */
export type Json = string | Buffer;

const FIRST_SIZE = 128 * 1024;
/** A buffer that one large response has needed is not kept. */
const LARGEST_KEPT = 2 * 1024 * 1024;
/** What is shorter is a string: Node sends it with the head in one piece. */
const SHORTEST_BYTES = 4 * 1024;

/** Where writers put their bytes, one after the other: what is there is valid until the next writes. */
export class JsonOutput {
  buffer: Buffer;
  length = 0;
  /** Each byte is a character. */
  ascii = true;

  constructor(private readonly size: number = FIRST_SIZE) {
    this.buffer = Buffer.allocUnsafeSlow(size);
  }

  /** A buffer with room for more bytes, and the first `length` bytes of the one so far. */
  grow(length: number, more: number): Buffer {
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.buffer.length, length + more));
    this.buffer.copy(grown, 0, 0, length);
    this.buffer = grown;
    return grown;
  }

  toString(): string {
    const { buffer, length } = this;
    return buffer.toString(this.ascii ? 'latin1' : 'utf8', 0, length);
  }

  /** What has been written, with a text before and after it. */
  take(before: string, after: string): Json {
    const { buffer, length } = this;
    if (length < SHORTEST_BYTES) return before + this.toString() + after;
    const first = Buffer.byteLength(before);
    const json = Buffer.allocUnsafe(first + length + Buffer.byteLength(after));
    json.write(before);
    buffer.copy(json, first, 0, length);
    json.write(after, first + length);
    if (buffer.length > LARGEST_KEPT) this.buffer = Buffer.allocUnsafeSlow(this.size);
    return json;
  }
}
