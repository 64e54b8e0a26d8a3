import { connect, type Socket } from 'node:net';
import { Latencies } from './latencies.ts';
import { ResponseReader } from './responseReader.ts';

export interface LoadOptions {
  readonly port: number;
  /** Requests in flight at a time, each on a kept connection of its own. */
  readonly connections: number;
  /** The bytes of the next request. */
  readonly next: () => Buffer;
  /** The body's length of a right answer. Any other length, or a status other than 200, is a failure. */
  readonly expectedLength: number;
}

/** What was answered in a span of time. */
export interface LoadWindow {
  readonly requests: number;
  readonly seconds: number;
  readonly latencies: Latencies;
}

/** Requests that are sent one after the other on each connection, as fast as they are answered, until `close`. */
export interface Load {
  /** What was answered since the last call. Throws when an answer was wrong or a connection broke. */
  take(): LoadWindow;
  /** How many were answered since the last call of `take`. */
  answered(): number;
  close(): void;
}

/** Opens the connections and begins to send. Rejects when a connection is refused. */
export async function openLoad(options: LoadOptions): Promise<Load> {
  const counted = { requests: 0, since: performance.now(), latencies: new Latencies() };
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure ??= error;
    for (const socket of sockets) socket.destroy();
  };
  const count = (milliseconds: number) => {
    counted.requests += 1;
    counted.latencies.add(milliseconds);
  };
  const sockets: Socket[] = [];
  for (let index = 0; index < options.connections; index++) sockets.push(openConnection(options, count, fail));

  await Promise.all(
    sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))),
  );
  const check = () => {
    if (failure) throw failure;
  };
  check();
  return {
    take() {
      check();
      const now = performance.now();
      const { requests, since, latencies } = counted;
      Object.assign(counted, { requests: 0, since: now, latencies: new Latencies() });
      return { requests, seconds: (now - since) / 1000, latencies };
    },
    answered() {
      check();
      return counted.requests;
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

const RECEIVE_BYTES = 256 * 1024;

function openConnection(
  { port, next, expectedLength }: LoadOptions,
  answered: (milliseconds: number) => void,
  fail: (error: Error) => void,
): Socket {
  const reader = new ResponseReader();
  let sentAt = 0;
  const send = () => {
    sentAt = performance.now();
    socket.write(next());
  };
  const receive = (size: number, bytes: Uint8Array) => {
    try {
      if (!reader.read(bytes, size)) return true;
      if (reader.status !== 200 || reader.length !== expectedLength) {
        throw new Error(
          `An answer with status ${reader.status} and ${reader.length} bytes instead of ${expectedLength}`,
        );
      }
      answered(performance.now() - sentAt);
      send();
    } catch (error) {
      fail(error as Error);
    }
    return true;
  };
  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: { buffer: Buffer.allocUnsafe(RECEIVE_BYTES), callback: receive },
  });
  socket.once('connect', send);
  socket.on('error', fail);
  socket.on('end', () => fail(new Error('The gateway closed a connection.')));
  return socket;
}
