/**
 * The codes that the gateway itself closes WebSockets with. graphql-ws's client comes again after each of them but 4400; the protocol's own are the library's: 4400 for what is no message of the protocol, 4401 before `connection_ack`, 4406, 4408, 4409 and 4429.
 */
export const closeCodes = {
  /** The process is about to end: come again, elsewhere. */
  GOING_AWAY: 1012,
  /** Too many connections, or something that is needed is away: come again later. */
  TRY_AGAIN_LATER: 1013,
  BAD_MESSAGE: 4400,
  /** The token is not valid, has expired, or is another's. */
  FORBIDDEN: 4403,
  INTERNAL_ERROR: 4500,
  /** Come again with the last cursor: the client read too slowly, or events could not be completed. */
  RESUME: 4513,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

/** A WebSocket's close frame holds so many bytes of reason at the most. */
const LONGEST_REASON = 123;

/** Thrown where a connection cannot go on. */
export class ConnectionRefused extends Error {
  override readonly name = 'ConnectionRefused';

  constructor(
    readonly code: CloseCode,
    readonly reason: string,
  ) {
    super(reason);
  }
}

/** A text as the reason of a close frame: cut where it is too long. */
export function closeReason(text: string): string {
  if (Buffer.byteLength(text) <= LONGEST_REASON) return text;
  // A character that was cut apart is left out.
  return Buffer.from(text)
    .subarray(0, LONGEST_REASON)
    .toString()
    .replace(/\uFFFD+$/, '');
}
