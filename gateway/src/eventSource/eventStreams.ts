/** An event as a stream holds it. */
export interface StreamEvent {
  /** The message's own id: the same for a message that was published twice. */
  readonly id: string;
  /** Where it stands in its stream; later ones stand higher. */
  readonly position: number;
  /** What happened, such as `OFFERED`: the message's own kind, else the last part of its type in capitals. */
  readonly kind: string;
  /** The entities that changed. */
  readonly entities: readonly { readonly __typename: string; readonly key: string }[];
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  /** The whole message, which filters look into. */
  readonly message: Readonly<Record<string, unknown>>;
  /** Whether it was there before whoever gets it began to follow. */
  readonly replayed: boolean;
}

/** A position that somebody has noted. */
export interface StreamPosition {
  readonly position: number;
  /** The stream's, then: see `Following`. Undefined where it is not known. */
  readonly epoch?: number | undefined;
}

/** Who follows a subject. Both are called in the order of the stream, one at a time: the next call comes when the promise of the one before is resolved. */
export interface StreamFollower {
  event(event: StreamEvent): Promise<void> | void;
  /** Events up to the position `oldest` are not there any more: at the beginning, or later where the stream has been faster than it could be followed. */
  gap(oldest: number): Promise<void> | void;
  /** The follower cannot be served any more (it is too slow, or its stream is gone): it has to begin again from what it saw last. Nothing comes after it. */
  lost(reason: 'slow' | 'gone'): void;
}

export interface Following {
  /** The position from which on events come: all later ones do, none before. */
  readonly from: number;
  /** Tells the stream from another one of the same name that was made before or after it, whose positions mean something else. */
  readonly epoch: number;
  /** No call comes after it. */
  stop(): void;
}

/** Streams of events that subgraphs publish. */
export interface EventStreams {
  /**
   * Follows a subject: a full one, with `*` for any one part. Begins after `after`, a position that the follower knows (of another epoch: with a gap), or with what comes from now on. Waits while the streams cannot be reached,
   * until `signal` says that nobody waits any more; rejects with `RequestRefused` EVENTS_UNAVAILABLE where no stream has the subject.
   */
  follow(
    subject: string,
    after: StreamPosition | undefined,
    follower: StreamFollower,
    signal: AbortSignal,
  ): Promise<Following>;
  /** Figures for metrics. */
  readonly stats: { readonly subjects: number; readonly followers: number; readonly connected: boolean };
  close(): Promise<void>;
}
