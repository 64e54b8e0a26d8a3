import type { CompiledEvent } from '../compile/compileEvent.js';
import type {
  EventStreams,
  Following,
  StreamEvent,
  StreamFollower,
  StreamPosition,
} from '../eventSource/eventStreams.js';
import type { Cursors } from './cursors.js';
import { passes } from './eventScope.js';
import type { Feed } from './feed.js';
import { GAP, runOwnEvent, runStreamEvent, START } from './runEvent.js';
import type { LivePayload } from './subscription.js';

/** What a feed follows of a stream. */
export interface StreamScope {
  readonly subject: string;
  /** The values of the field's arguments. */
  readonly args: Readonly<Record<string, unknown>>;
  /** What its cursors are good for. */
  readonly cursorScope: string;
}

export interface StreamSourceOptions {
  readonly streams: EventStreams;
  readonly cursors: Cursors;
  readonly counts: StreamCounts;
  /** Asked before each event that came after the feed had begun: whether the feed has been given up for another. */
  readonly onLive: (position: number) => boolean;
}

export interface StreamCounts {
  events: number;
  replayed: number;
  gaps: number;
}

/** The events of a stream for a feed. */
export class StreamSource implements StreamFollower {
  private following: Following | undefined;

  constructor(
    private readonly feed: Feed,
    private readonly scope: StreamScope,
    private readonly options: StreamSourceOptions,
  ) {}

  /** Begins after a position, or now. */
  async start(after: StreamPosition | undefined): Promise<void> {
    const { feed, options, scope } = this;
    const following = await options.streams.follow(scope.subject, after, this, feed.signal);
    this.following = following;
    feed.begin(following.from);
    if (feed.signal.aborted) following.stop();
    else feed.signal.addEventListener('abort', () => following.stop(), { once: true });
  }

  cursorOf(position: number): string {
    const epoch = this.following?.epoch ?? 0;
    return this.options.cursors.sign({ position, epoch }, this.scope.cursorScope);
  }

  /** Tells the position that a subscription begins at. */
  startPayload(position: number): LivePayload {
    const cursor = this.cursorOf(position);
    const { json, codes } = runOwnEvent(START, cursor, this.feed.call(''));
    return { json, codes, cursor, occurredAt: undefined };
  }

  event(event: StreamEvent): Promise<void> | void {
    const { feed, scope, options } = this;
    const compiled = this.compiled();
    if (!passes(compiled.source, scope.args, event.message)) return feed.skip(event.position);
    if (event.replayed) options.counts.replayed += 1;
    else if (options.onLive(event.position)) return;
    options.counts.events += 1;
    const cursor = this.cursorOf(event.position);
    return feed.handle({
      position: event.position,
      cursor,
      occurredAt: event.replayed ? undefined : event.occurredAt,
      run: (call) => runStreamEvent(event, compiledOf(call.variant, compiled), cursor, call),
    });
  }

  gap(oldest: number): Promise<void> | void {
    this.options.counts.gaps += 1;
    const cursor = this.cursorOf(oldest);
    return this.feed.handle({
      position: undefined,
      cursor,
      occurredAt: undefined,
      goesOnFrom: oldest,
      run: (call) => runOwnEvent(GAP, cursor, call),
    });
  }

  lost(reason: 'slow' | 'gone'): void {
    const message =
      reason === 'slow' ? 'Events come faster than they can be completed.' : 'The events were interrupted.';
    this.feed.finish('INTERRUPTED', `${message} Subscribe again with the last cursor.`);
  }

  private compiled(): CompiledEvent {
    const event = this.feed.operation.variant.plan.subscription?.event;
    if (!event) throw new Error('a stream for a subscription without one');
    return event;
  }
}

/** What is selected of the event under the supergraph that it is executed on. */
function compiledOf({ plan }: Feed['operation']['variant'], before: CompiledEvent): CompiledEvent {
  return plan.subscription?.event ?? before;
}
