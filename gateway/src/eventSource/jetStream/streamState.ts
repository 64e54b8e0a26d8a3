import type { StreamPosition } from '../eventStreams.js';
import type { Connected } from './natsLink.js';

/** Which messages a stream has. */
export interface StreamState {
  /** When it was made: another one of the same name has another time. */
  readonly created: string;
  /** The sequence of its oldest message; one more than `last` where it is empty. */
  readonly first: number;
  readonly last: number;
}

/** Asks JetStream. Rejects as a request does. */
export async function readStreamState({ manager }: Connected, stream: string): Promise<StreamState> {
  const { created, state } = await manager.streams.info(stream);
  return { created, first: Math.max(state.first_seq, 1), last: state.last_seq };
}

/**
 * The oldest position after which nothing is missing, where that is not `after` itself: messages after it are gone, or the stream is another one than that in which somebody stood at `after`.
 */
export function gapAfter(
  { created, first, last }: StreamState,
  { position, epoch }: StreamPosition,
): number | undefined {
  const another = epoch !== undefined && epoch !== epochOf(created);
  return another || position + 1 < first || position > last ? first - 1 : undefined;
}

/** The time at which a stream was made as a number of 32 bits, in tenths of a second: two that follow each other differ. */
export function epochOf(created: string): number {
  return Math.floor(Date.parse(created) / 100) % 2 ** 32;
}
