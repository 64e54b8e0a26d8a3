/** One request of a kept connection: its body, each byte as a character. */
export type OnBody = (body: string) => void;

/**
 * Cuts what a connection brings into request bodies, framed by Content-Length or chunked. As little of HTTP as gateways use towards subgraphs, because what is spent
 * here is taken from the load. Throws on anything else.
 */
export class RequestReader {
  private received = '';
  private readonly onBody: OnBody;

  constructor(onBody: OnBody) {
    this.onBody = onBody;
  }

  read(latin1: string): void {
    this.received = this.received ? this.received + latin1 : latin1;
    for (;;) {
      const headEnd = this.received.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const head = this.received.slice(0, headEnd);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      const body = length === undefined ? this.readChunks(head, headEnd + 4) : this.readLength(headEnd + 4, +length);
      if (body === undefined) return;
      this.onBody(body);
    }
  }

  private readLength(from: number, length: number): string | undefined {
    const end = from + length;
    if (this.received.length < end) return undefined;
    const body = this.received.slice(from, end);
    this.received = this.received.slice(end);
    return body;
  }

  private readChunks(head: string, from: number): string | undefined {
    if (!/\r\ntransfer-encoding: *chunked/i.test(head)) throw new Error(`A request without a body: ${head}`);
    let body = '';
    for (let at = from; ; ) {
      const lineEnd = this.received.indexOf('\r\n', at);
      if (lineEnd < 0) return undefined;
      const size = Number.parseInt(this.received.slice(at, lineEnd), 16);
      const next = lineEnd + 2 + size + 2;
      if (this.received.length < next) return undefined;
      if (size === 0) {
        this.received = this.received.slice(next);
        return body;
      }
      body += this.received.slice(lineEnd + 2, lineEnd + 2 + size);
      at = next;
    }
  }
}
