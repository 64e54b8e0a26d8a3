import type { StreamEvent } from '../eventStreams.js';
import type { Behind, ReplayedStream } from './behind.js';
import { DispatchIndex } from './dispatchIndex.js';
import { readEvent, type StreamMessage } from './readEvent.js';
import { readStream, walkBatch } from './readStream.js';
import { RecentIds } from './recentIds.js';

/**
 * Reads a part of a stream once for many followers and hands each what is its own, until live events take over for all of them. Answers those who took too slowly, up to where they have it. `isOver`: live
 * events have taken over by themselves. Rejects, with every follower's position where it stands, when the stream is missing or another one.
 */
export async function replayTogether(
  behinds: readonly Behind[],
  stream: ReplayedStream,
  isOver: () => boolean,
): Promise<Behind[]> {
  const present = new Set(behinds);
  const slow: Behind[] = [];
  const index = new DispatchIndex<Behind>();
  for (const behind of behinds) index.add(behind.subject, behind);
  const ids = new RecentIds();
  const after = Math.min(...behinds.map(({ position }) => position));
  const until = Math.max(...behinds.map(({ takeOver }) => takeOver));
  const range = { stream: stream.name, after, until, batchSize: stream.limits.sharedBatch };
  let reached = after;
  for await (const batch of readStream(range, stream)) {
    if (isOver()) return [];
    if (batch.state.created !== stream.created) throw new Error('the stream was made anew');
    walkBatch(batch, reached, tellGap, dispatch);
    reached = batch.reached;
    for (const behind of present) behind.position = Math.max(behind.position, Math.min(reached, behind.takeOver));
  }
  if (!isOver()) for (const { queue, ids: own, takeOver } of present) queue.goLive([ids, own], takeOver);
  return slow;

  /** Those who had everything up to `oldest`, or get it live, miss nothing. */
  function tellGap(oldest: number, from: number): void {
    for (const behind of present) {
      if (behind.position >= oldest || behind.takeOver <= from) continue;
      behind.position = Math.min(oldest, behind.takeOver);
      behind.queue.gap(behind.position);
    }
  }

  function dispatch(message: StreamMessage): void {
    const { position, subject } = message;
    let event: StreamEvent | undefined;
    let read = false;
    index.each(subject, (behind) => {
      if (!read) {
        read = true;
        event = readOnce(message);
      }
      if (!event || position <= behind.position || position > behind.takeOver) return;
      if (behind.queue.replay(event)) return;
      behind.position = position - 1;
      index.remove(behind.subject, behind);
      present.delete(behind);
      slow.push(behind);
    });
  }

  /** Also of what no follower is to get, so that a repetition of it is known. */
  function readOnce(message: StreamMessage): StreamEvent | undefined {
    const event = readEvent(message, true);
    if (!event) stream.onInvalid(message.position);
    else if (ids.repeats(event.id, event.position) || stream.isRepetition(event.id, event.position)) {
      stream.counters.repeated += 1;
      return undefined;
    }
    return event;
  }
}
