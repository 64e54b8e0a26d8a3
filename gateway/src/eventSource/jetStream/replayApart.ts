import { setTimeout as delay } from 'node:timers/promises';
import type { StreamEvent } from '../eventStreams.js';
import type { Behind, ReplayedStream } from './behind.js';
import { StreamMissing } from './natsLink.js';
import { readEvent, type StreamMessage } from './readEvent.js';
import { type Batch, readStream, walkBatch } from './readStream.js';
import type { Slots } from './slots.js';

/** Before a stream that is missing is looked for again. */
const PAUSE_MS = 250;

/**
 * Reads a stream for one follower, with its subject as the filter, at its own pace: no more is read before it has taken what was. Ends when it has everything up to where live events are, or is not there any more. Only a
 * few read at the same time (`slots`); who is slow holds none.
 */
export async function replayApart(behind: Behind, stream: ReplayedStream, slots: Slots): Promise<void> {
  const { queue } = behind;
  while (!queue.ended) {
    await stream.whenLive();
    const until = stream.livePosition;
    if (behind.created === stream.created && behind.position === until) return;
    const batch = await slots.run(() => readBatch(behind, stream, until));
    if (queue.ended) return;
    if (batch && !beganAnew(behind, batch)) await hand(behind, batch, stream);
  }
}

/** Undefined where the stream is missing just now: the live consumer finds out whether for good. */
async function readBatch(behind: Behind, stream: ReplayedStream, until: number): Promise<Batch | undefined> {
  const { position: after, subject: filter, queue } = behind;
  if (queue.ended) return undefined;
  // Where positions begin anew, `until` may be before `after`; the state tells.
  const range = {
    stream: stream.name,
    filter,
    after,
    until: Math.max(until, after + 1),
    batchSize: stream.limits.apartBatch,
  };
  try {
    for await (const batch of readStream(range, stream)) {
      const reached = Math.min(batch.reached, Math.max(until, after));
      return { ...batch, reached, messages: batch.messages.filter(({ position }) => position <= reached) };
    }
  } catch (error) {
    if (!(error instanceof StreamMissing)) throw error;
    await delay(PAUSE_MS, undefined, { signal: stream.signal });
  }
  return undefined;
}

/** True where the batch is of no use, since positions have begun anew. */
function beganAnew(behind: Behind, { state }: Batch): boolean {
  if (state.created === behind.created && state.last >= behind.position) return false;
  behind.created = state.created;
  behind.position = state.first - 1;
  behind.ids.clear();
  behind.queue.reset(behind.position);
  return true;
}

async function hand(behind: Behind, batch: Batch, stream: ReplayedStream): Promise<void> {
  const { queue } = behind;
  const items: (StreamEvent | number)[] = [];
  walkBatch(
    batch,
    behind.position,
    (oldest) => items.push(oldest),
    (message) => {
      const event = readOnce(message, behind, stream);
      if (event) items.push(event);
    },
  );
  for (const item of items) {
    if (typeof item === 'number') queue.gap(item);
    else while (!queue.replay(item)) await queue.drained();
  }
  behind.position = batch.reached;
  await queue.drained();
}

function readOnce(message: StreamMessage, { ids }: Behind, stream: ReplayedStream): StreamEvent | undefined {
  const event = readEvent(message, true);
  if (!event) stream.onInvalid(message.position);
  else if (ids.repeats(event.id, event.position) || stream.isRepetition(event.id, event.position)) {
    stream.counters.repeated += 1;
    return undefined;
  }
  return event;
}
