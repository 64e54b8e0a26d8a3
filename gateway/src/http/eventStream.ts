import type { ServerResponse } from 'node:http';
import type { Json } from '../compile/jsonOutput.js';
import type { LiveConnection } from './liveConnections.js';
import type { RequestTrail } from './requestTrail.js';
import { drained } from './writeMultipart.js';
import { securityHeaders } from './writeResponse.js';

/**
 * A response as an event stream (Server-Sent Events), in the form of graphql-sse's "distinct connections": events `next` and `complete`. States: new → open → ended. What is written and not taken by the client is bounded: who writes waits.
 */
export class EventStream implements LiveConnection {
  unresponsive = false;
  private ended = false;
  private full = false;
  private seenFull = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly trail: Pick<RequestTrail, 'id' | 'closeAfter'>,
    /** Called once, when the stream is ended by this side. */
    private readonly onEnded: () => void = () => {},
  ) {}

  get isOver(): boolean {
    return this.ended || this.response.destroyed;
  }

  /** Writes the head. `cursor`: where the stream begins. */
  open(cursor?: string): void {
    this.response.writeHead(200, {
      ...securityHeaders,
      'x-request-id': this.trail.id,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // Proxies that collect responses would undo the purpose.
      'x-accel-buffering': 'no',
      // For clients that do not look at the ids of events.
      ...(cursor !== undefined && { 'x-cursor': cursor }),
      ...(this.trail.closeAfter && { connection: 'close' }),
    });
    // An id alone is no event, but EventSource remembers it.
    this.response.write(cursor === undefined ? ':\n\n' : `id: ${cursor}\n\n`);
  }

  /** Writes a result. Resolves when more can be written, or the stream is over. JSON has no line breaks: the writers escape them. */
  async next(json: Json, cursor?: string): Promise<void> {
    if (this.isOver) return;
    const head = cursor === undefined ? 'event: next\ndata: ' : `event: next\nid: ${cursor}\ndata: `;
    const event =
      typeof json === 'string' ? `${head}${json}\n\n` : Buffer.concat([Buffer.from(head), json, END_OF_EVENT]);
    if (this.response.write(event)) return;
    this.full = true;
    await drained(this.response);
    this.full = false;
    this.seenFull = false;
  }

  /** Ends it for good. */
  complete(): void {
    if (this.isOver) return;
    this.ended = true;
    // EventSource gives events without data to nobody.
    this.response.end('event: complete\ndata:\n\n');
    this.onEnded();
  }

  look(): void {
    if (this.full && this.seenFull) {
      this.unresponsive = true;
      this.response.destroy();
      return;
    }
    this.seenFull = this.full;
    if (!this.full && !this.isOver) this.response.write(':\n\n');
  }

  /** Ends it so that the client comes again: without `complete`. */
  goAway(): void {
    if (this.isOver) return;
    this.ended = true;
    // A comment between the last event and the end: graphql-sse's client does not notice an end that comes along with an event.
    this.response.write(':\n\n');
    this.response.end();
    this.onEnded();
  }

  end(): void {
    this.response.destroy();
  }
}

const END_OF_EVENT = Buffer.from('\n\n');
