import { RequestRefused } from '../../errors/requestRefused.js';
import type { Logger } from '../../log.js';
import type { EventStreams } from '../eventStreams.js';
import { createEventCounters, type EventCounters } from './eventCounters.js';
import { type BeforeEvent, FollowedStream } from './followedStream.js';
import { defaultLimits, type JetStreamLimits } from './jetStreamLimits.js';
import { NatsLink, StreamMissing } from './natsLink.js';
import { StreamLocations } from './streamLocations.js';
import { untilAborted } from './untilAborted.js';

export interface JetStreamEventsOptions {
  /** Closed with the streams. */
  readonly link: NatsLink;
  readonly log: Logger;
  readonly limits?: Partial<JetStreamLimits>;
  /** Called before an event is handed to a follower, once for each: it waits for what this answers, and so do the events after it. */
  readonly before?: BeforeEvent | undefined;
}

export interface JetStreamEvents extends EventStreams {
  /** Counted up while it runs. */
  readonly counters: Readonly<EventCounters>;
}

/**
 * Streams of events in NATS JetStream (server 2.9 and later). Connects in the background and for ever. A message is `{ id, type, occurredAt, entities: [{ __typename, key }], kind?, … }` in JSON; others are skipped, counted and
 * logged. Followers get what the stream has after their position, then live events, in order, each once: over disconnections, restarts of NATS and messages that were published twice.
 */
export function createJetStreamEvents(options: JetStreamEventsOptions): JetStreamEvents {
  const { link, log, before } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const counters = createEventCounters();
  const closing = new AbortController();
  const locations = new StreamLocations(link, closing.signal);
  const streams = new Map<string, FollowedStream>();
  const ending = new Set<Promise<void>>();

  return {
    counters,
    get stats() {
      const followed = [...streams.values()];
      return {
        subjects: new Set(followed.flatMap(({ subjects }) => [...subjects])).size,
        followers: followed.reduce((sum, { followers }) => sum + followers, 0),
        connected: link.connected,
      };
    },
    async follow(subject, after, follower, signal) {
      for (;;) {
        try {
          closing.signal.throwIfAborted();
          const stream = streamCalled(await untilAborted(locations.find(subject), signal));
          return await stream.follow(subject, after, follower, signal);
        } catch (error) {
          if (closing.signal.aborted) {
            throw new RequestRefused('SHUTTING_DOWN', 'This gateway is about to end; ask again.', { cause: error });
          }
          signal.throwIfAborted();
          if (!(error instanceof StreamMissing)) throw error;
          // It was there when JetStream was asked where the subject is.
          locations.forget(subject);
        }
      }
    },
    async close() {
      closing.abort();
      await Promise.all([...streams.values()].map((stream) => stream.close()));
      await Promise.all(ending);
      await link.close();
    },
  };

  function streamCalled(streamName: string): FollowedStream {
    const known = streams.get(streamName);
    if (known) return known;
    const stream = new FollowedStream({
      name: streamName,
      link,
      log,
      counters,
      limits,
      before,
      onUnused: () => {
        if (streams.get(streamName) !== stream) return;
        streams.delete(streamName);
        const ended = stream.close().finally(() => ending.delete(ended));
        ending.add(ended);
      },
    });
    streams.set(streamName, stream);
    return stream;
  }
}
