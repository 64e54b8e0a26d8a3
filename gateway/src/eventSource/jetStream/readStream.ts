import { AckPolicy, createInbox, DeliverPolicy, type Msg, nanos } from 'nats';
import { deliveryOf } from './delivery.js';
import type { EventCounters } from './eventCounters.js';
import type { Connected, NatsLink } from './natsLink.js';
import type { StreamMessage } from './readEvent.js';
import { readStreamState, type StreamState } from './streamState.js';

/** After this time without a message that is there the consumer is taken for dead. */
const SILENCE_MS = 5_000;
/** After how long the server removes a consumer that nobody asks for more. */
const INACTIVE_MS = 30_000;

export interface Batch {
  readonly messages: readonly StreamMessage[];
  /** Everything up to here has been read. */
  readonly reached: number;
  /** The stream as it was after the batch had been read. */
  readonly state: StreamState;
}

/**
 * Goes through a batch, read after `after`: calls `onGap` where messages may be missing that the stream has let go, with the position before which that is (without a filter: where some are missing), and `onMessage` for each message.
 */
export function walkBatch(
  { messages, reached, state }: Batch,
  after: number,
  onGap: (oldest: number, from: number) => void,
  onMessage: (message: StreamMessage) => void,
): void {
  let at = after;
  const passTo = (next: number) => {
    const oldest = Math.min(state.first, next) - 1;
    if (oldest > at) onGap(oldest, at);
  };
  for (const message of messages) {
    passTo(message.position);
    onMessage(message);
    at = message.position;
  }
  passTo(reached + 1);
}

export interface ReadRange {
  readonly stream: string;
  /** A subject with `*`; without one, all. */
  readonly filter?: string;
  /** From the position after this one. */
  readonly after: number;
  /** Up to this one, which the stream has reached. */
  readonly until: number;
  /** Messages read at a time. */
  readonly batchSize: number;
}

export interface ReadEnvironment {
  readonly link: NatsLink;
  readonly counters: EventCounters;
  readonly signal: AbortSignal;
}

interface Reader {
  readonly name: string;
  readonly connected: Connected;
  /** What the consumer can still deliver. */
  pending: number;
}

/**
 * Reads a part of a stream, a batch at a time: the next one is asked for when the one before has been dealt with. Made with a consumer that goes with the reading; a new one when NATS was away or does not deliver. What has been removed
 * from the stream is not there: compare `state` with the position. Waits while NATS is away; rejects with `StreamMissing` or with the reason of `signal`.
 */
export async function* readStream(range: ReadRange, environment: ReadEnvironment): AsyncGenerator<Batch> {
  const { link, signal } = environment;
  const open: { reader?: Reader | undefined } = {};
  let reached = range.after;
  try {
    while (reached < range.until) {
      const batch = await link.attempt('a replay', signal, async (connected) => {
        const reader =
          open.reader?.connected === connected ? open.reader : await openReader(connected, range, reached, environment);
        // Kept only if nothing fails: what it has given it does not give again.
        open.reader = undefined;
        const wanted = Math.min(range.batchSize, reader.pending);
        const taken = wanted === 0 ? [] : await pull(reader, range.stream, wanted, signal);
        // Asked afterwards: what was removed before it was read shows in it.
        const state = await readStreamState(connected, range.stream);
        const last = taken.at(-1)?.position ?? reached;
        const exhausted = reader.pending === 0;
        if (taken.length === wanted || exhausted) open.reader = reader;
        if (taken.length === 0 && !exhausted) throw new Error('a consumer delivered nothing of what is there');
        const messages = taken.filter(({ position }) => position <= range.until);
        return { messages, reached: exhausted || last >= range.until ? range.until : last, state };
      });
      reached = batch.reached;
      yield batch;
    }
  } finally {
    if (open.reader) await remove(open.reader, range.stream);
  }
}

async function openReader(
  connected: Connected,
  { stream, filter }: ReadRange,
  after: number,
  { counters }: ReadEnvironment,
): Promise<Reader> {
  const info = await connected.manager.consumers.add(stream, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,
    ack_policy: AckPolicy.None,
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: nanos(INACTIVE_MS),
    ...(filter !== undefined && { filter_subject: filter }),
  });
  counters.replayConsumers += 1;
  return { name: info.name, connected, pending: info.num_pending };
}

/** Asks a consumer for messages that it has; fewer come where it is gone or the connection is lost. */
function pull(reader: Reader, stream: string, wanted: number, signal: AbortSignal): Promise<StreamMessage[]> {
  const { nc, lost } = reader.connected;
  const messages: StreamMessage[] = [];
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(silence);
      subscription.unsubscribe();
      lost.removeEventListener('abort', end);
      signal.removeEventListener('abort', end);
      resolve(messages);
    };
    const take = (error: Error | null, message: Msg) => {
      const delivery = error ? undefined : deliveryOf(message.reply);
      // Anything else is a status: the consumer is not there, or cannot serve the request.
      if (!delivery) return end();
      messages.push({ subject: message.subject, data: message.data, position: delivery.position });
      reader.pending = delivery.pending;
      if (messages.length === wanted || delivery.pending === 0) return end();
      silence.refresh();
    };
    const silence = setTimeout(end, SILENCE_MS);
    lost.addEventListener('abort', end);
    signal.addEventListener('abort', end);
    const subscription = nc.subscribe(createInbox(), { callback: take });
    const request = JSON.stringify({ batch: wanted, expires: nanos(SILENCE_MS * 2) });
    nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${reader.name}`, request, { reply: subscription.getSubject() });
  });
}

/** Where it does not work the server removes it by itself, a little later. */
async function remove({ name, connected }: Reader, stream: string): Promise<void> {
  if (connected.lost.aborted) return;
  await connected.manager.consumers.delete(stream, name).catch(() => {}); // the stream or the connection is gone
}
