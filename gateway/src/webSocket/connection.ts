import type { RawData, WebSocket } from 'ws';
import type { LiveConnection } from '../http/liveConnections.js';
import type { CredentialHeaders } from '../identity/clientToken.js';
import type { Identity } from '../identity/identity.js';
import type { RequestContext } from '../requestContext.js';
import { type CloseCode, closeCodes, closeReason } from './closeCodes.js';
import { withReadyResult } from './readyResult.js';

/** While more than this many bytes wait to be written to a socket, nothing is added and nothing is read from it. */
const MOST_BUFFERED = 64 * 1024;

export interface ConnectionEvents {
  /** Called with the text of a message. */
  message(connection: Connection, text: string): void;
  /** Called once when the socket is closed. */
  closed(connection: Connection, code: number, reason: string): void;
}

/**
 * A client's WebSocket. States: waiting for `connection_init` → known (`identity`) → leaving → closed. What is written to it is bounded: senders wait for the socket, one message after the other, and a client that sends without reading is not
 * read from.
 */
export class Connection implements LiveConnection {
  identity: Identity | undefined;
  /** Of the key by which its client has authenticated itself. */
  keyPrefix: string | undefined;
  /** Of the upgrade request, until it is known who connects. */
  credentials: CredentialHeaders | undefined;
  /** Where the connection comes from, where that is limited. */
  address: string | undefined;
  /** Under way: for the limit. */
  operations = 0;
  /** Of them queries and mutations, whose answers are waited for before the connection is sent away. */
  answering = 0;
  /** What is to be done when it is over. */
  onOver: (() => void)[] = [];
  unresponsive = false;
  private stopExpiry: (() => void) | undefined;
  private alive = true;
  /** Whether more than may be waits to be written. */
  private full = false;
  private leaving: { readonly code: CloseCode; readonly reason: string } | undefined;
  private waiting: (() => void)[] | undefined;

  constructor(
    private readonly socket: WebSocket,
    readonly headers: RequestContext['headers'],
    events: ConnectionEvents,
  ) {
    socket.on('message', (data: RawData) => {
      this.alive = true;
      events.message(this, String(data));
    });
    socket.on('ping', (data: Buffer) => {
      this.alive = true;
      socket.pong(data, false, () => this.wrote());
      this.holdReading();
    });
    socket.on('pong', () => {
      this.alive = true;
    });
    // Frames that are none, or too large ones: ws closes with the code for it.
    socket.on('error', ignore);
    socket.once('close', (code: number, reason: Buffer) => {
      this.goOn();
      this.stopExpiry?.();
      for (const over of this.onOver) over();
      events.closed(this, code, String(reason));
    });
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Sends a message of the protocol. Resolves when it has been written to the socket, or never will be. */
  send(message: string): Promise<void> {
    const json = withReadyResult(message);
    return this.hasRoom() ? this.write(json) : this.room().then(() => this.write(json));
  }

  /** Closes it at once; nothing that waits is sent any more. */
  close(code: number, reason: string): void {
    this.socket.close(code, closeReason(reason));
    this.goOn();
  }

  /**
   * Closes it when what is being answered has been: clients send again what has no answer when they come again, mutations too. Until then nothing is begun, and no payload of a subscription is sent.
   */
  leave(code: CloseCode, reason: string): void {
    this.leaving ??= { code, reason };
    this.closeIfAnswered();
  }

  /** Takes the end of another token in place of the one before; given by what stops to wait for it. */
  keepUntil(stopExpiry: () => void): void {
    this.stopExpiry?.();
    this.stopExpiry = stopExpiry;
  }

  get isLeaving(): boolean {
    return this.leaving !== undefined;
  }

  /** To be called when an answer has been sent. */
  answered(): void {
    this.answering -= 1;
    this.closeIfAnswered();
  }

  look(): void {
    if (!this.alive) {
      this.unresponsive = true;
      this.socket.terminate();
      return;
    }
    this.alive = false;
    if (this.isOpen && this.hasRoom()) this.socket.ping();
  }

  goAway(): void {
    this.leave(closeCodes.GOING_AWAY, 'going away: resume elsewhere');
  }

  end(): void {
    this.socket.terminate();
  }

  private closeIfAnswered(): void {
    const { leaving } = this;
    if (leaving && this.answering === 0 && !this.waiting) this.close(leaving.code, leaving.reason);
  }

  private write(json: string | Buffer): Promise<void> {
    const { socket } = this;
    if (!this.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      socket.send(json, AS_TEXT, () => {
        resolve();
        this.wrote();
      });
      this.holdReading();
    });
  }

  private wrote(): void {
    if (!this.full) return;
    // What had to wait has gone on: the client reads, if slowly, and its pongs may come late.
    this.alive = true;
    if (!this.hasRoom()) return;
    this.full = false;
    this.goOn();
  }

  private hasRoom(): boolean {
    return this.socket.bufferedAmount <= MOST_BUFFERED;
  }

  /** Waits for room, or the end. */
  private async room(): Promise<void> {
    while (this.isOpen && !this.hasRoom()) {
      await new Promise<void>((resolve) => {
        this.waiting ??= [];
        this.waiting.push(resolve);
      });
    }
  }

  /** Each message that is read may have an answer: as long as answers are not taken, none is read. */
  private holdReading(): void {
    if (this.hasRoom()) return;
    this.full = true;
    if (!this.socket.isPaused) this.socket.pause();
  }

  private goOn(): void {
    if (this.socket.isPaused) this.socket.resume();
    const { waiting } = this;
    this.waiting = undefined;
    for (const resolve of waiting ?? []) resolve();
    // After what they send now.
    if (this.leaving && this.isOpen) setImmediate(() => this.closeIfAnswered());
  }
}

const AS_TEXT = { binary: false };

function ignore(): void {}
