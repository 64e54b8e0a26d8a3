import { setTimeout as delay } from 'node:timers/promises';
import type { Behind, ReplayedStream } from './behind.js';
import { StreamMissing } from './natsLink.js';
import { readEvent } from './readEvent.js';
import { type Batch, readStream } from './readStream.js';
import type { Slots } from './slots.js';
import { gapAfter } from './streamState.js';

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
    if (batch && !takeGap(behind, batch)) await hand(behind, batch, stream);
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
    for await (const batch of readStream(range, stream)) return { ...batch, reached: Math.min(batch.reached, until) };
  } catch (error) {
    if (!(error instanceof StreamMissing)) throw error;
    await delay(PAUSE_MS, undefined, { signal: stream.signal });
  }
  return undefined;
}

/** True where the batch is of no use, since positions began anew. */
function takeGap(behind: Behind, { state }: Batch): boolean {
  const { queue } = behind;
  if (state.created !== behind.created || state.last < behind.position) {
    behind.created = state.created;
    behind.position = state.first - 1;
    behind.ids.clear();
    queue.reset(behind.position);
    return true;
  }
  const oldest = gapAfter(state, behind.position);
  if (oldest !== undefined) {
    behind.position = oldest;
    queue.gap(oldest);
  }
  return false;
}

async function hand(behind: Behind, { messages, reached }: Batch, stream: ReplayedStream): Promise<void> {
  const { queue, ids } = behind;
  for (const message of messages) {
    if (message.position <= behind.position) continue;
    const event = readEvent(message, true);
    if (!event) stream.onInvalid(message.position);
    else if (ids.repeats(event.id, event.position) || stream.isRepetition(event.id, event.position)) {
      stream.counters.repeated += 1;
    } else {
      while (!queue.replay(event)) await queue.drained();
    }
    behind.position = message.position;
  }
  behind.position = Math.max(behind.position, reached);
  await queue.drained();
}
