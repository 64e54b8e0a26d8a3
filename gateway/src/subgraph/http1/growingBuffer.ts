const EMPTY = Buffer.alloc(0);
const FIRST_CAPACITY = 16 * 1024;

/** Bytes that arrive in pieces, copied behind one another; the capacity doubles, so that each byte is moved a constant number of times. */
export class GrowingBuffer {
  /** Valid up to `length`. */
  bytes: Buffer = EMPTY;
  length = 0;

  /** Makes room for so many bytes in all: exact, so that a known length needs no growth. */
  reserve(capacity: number): void {
    if (capacity <= this.bytes.length) return;
    // Slow means outside of Node's shared 8 kB pool, which a long-lived piece would hold on to.
    const larger = Buffer.allocUnsafeSlow(capacity);
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  append(source: Buffer, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.bytes.length) this.reserve(Math.max(length, this.bytes.length * 2, FIRST_CAPACITY));
    source.copy(this.bytes, this.length, start, end);
    this.length = length;
  }

  /** Lets go of the memory, too. */
  clear(): void {
    this.bytes = EMPTY;
    this.length = 0;
  }
}
