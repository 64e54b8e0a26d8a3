/** Where the reader stands in a response. */
type Place = 'head' | 'length' | 'chunk size' | 'chunk' | 'trailer';

/**
 * Counts the bytes of one HTTP/1.1 response after the other on a connection on which requests are not pipelined. Looks at no more than status and framing
 * (Content-Length or chunked): what is spent here is taken from the load.
 */
export class ResponseReader {
  status = 0;
  /** Bytes of the body, without the chunks' framing. */
  length = 0;
  private place: Place = 'head';
  /** The head, or a chunk's size line, as far as it has come. */
  private text = '';
  /** Bytes that are missing of the body or chunk. */
  private missing = 0;

  /** Takes the next `size` bytes. True when the response is complete; the next bytes begin another one. */
  read(bytes: Uint8Array, size: number): boolean {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, size);
    let at = 0;
    if (this.place === 'head') {
      at = this.readHead(buffer);
      if (at < 0) return false;
    }
    if (this.place === 'length') {
      this.missing -= size - at;
      if (this.missing < 0) throw new Error('The gateway sent more than it had announced.');
      return this.missing === 0 && this.complete();
    }
    return this.readChunks(buffer, at);
  }

  /** The place after the head; -1 when it has not come wholly. */
  private readHead(buffer: Buffer): number {
    const before = this.text.length;
    this.text += buffer.toString('latin1', 0, Math.min(buffer.length, 4096));
    const end = this.text.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.text.length > 65_536) throw new Error('The gateway sent a head without an end.');
      return -1;
    }
    const head = this.text.slice(0, end);
    this.text = '';
    this.status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined && !/\r\ntransfer-encoding: *chunked/i.test(head)) {
      throw new Error(`The gateway answered without a length:\n${head}`);
    }
    this.place = length === undefined ? 'chunk size' : 'length';
    this.length = this.missing = Number(length ?? 0);
    return end + 4 - before;
  }

  private readChunks(buffer: Buffer, from: number): boolean {
    for (let at = from; at < buffer.length; ) {
      if (this.place === 'chunk') {
        const taken = Math.min(this.missing, buffer.length - at);
        this.missing -= taken;
        at += taken;
        if (this.missing === 0) this.place = 'chunk size';
        continue;
      }
      const end = buffer.indexOf(10, at);
      this.text += buffer.toString('latin1', at, end < 0 ? buffer.length : end);
      if (end < 0) return false;
      at = end + 1;
      const size = Number.parseInt(this.text, 16);
      this.text = '';
      if (this.place === 'trailer') return this.complete();
      this.length += size;
      this.missing = size + 2; // with the line end behind it
      this.place = size === 0 ? 'trailer' : 'chunk';
    }
    return false;
  }

  private complete(): true {
    this.place = 'head';
    return true;
  }
}
