/** Where a message that a consumer delivered stands. */
export interface Delivery {
  /** Its sequence in the stream. */
  readonly position: number;
  /** How many messages the consumer has delivered, this one included. */
  readonly count: number;
  /** How many the consumer could deliver after it. */
  readonly pending: number;
}

/**
 * Reads the reply subject of a delivered message; undefined for heartbeats and the like. Its forms: `$JS.ACK.<stream>.<consumer>.<tries>.<position>.<count>.<time>.<pending>`, and with
 * `<domain>.<account>` before the stream and, at times, a random part at the end (NATS ADR-15).
 */
export function deliveryOf(reply: string | undefined): Delivery | undefined {
  if (!reply?.startsWith('$JS.ACK.')) return undefined;
  const parts = reply.split('.');
  const at = parts.length === 9 ? 5 : 7;
  return { position: Number(parts[at]), count: Number(parts[at + 1]), pending: Number(parts[at + 3]) };
}
