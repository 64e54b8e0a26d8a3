import type { Json } from '../compile/jsonOutput.js';

/** What a message of graphql-ws with a ready result in it ends with. */
const PLACE = '"payload":0}';

let waiting: Json | undefined;

/**
 * A result that is JSON already. graphql-ws makes its messages by `JSON.stringify`: there it stands for itself as a 0, and `withReadyResult` puts the JSON in its place. Between the two nothing else
 * happens: the library sends a message in the statement that makes it.
 */
export class ReadyResult {
  constructor(private readonly json: Json) {}

  toJSON(): number {
    waiting = this.json;
    return 0;
  }
}

/** A message as it is to be sent: with the JSON of the ready result for which a place was kept in it. */
export function withReadyResult(message: string): Json {
  const json = waiting;
  if (json === undefined) return message;
  waiting = undefined;
  // The payload comes last, after an id that is the client's and may look like anything.
  if (!message.endsWith(PLACE)) throw new Error('messages of graphql-ws do not end with their payload');
  const before = message.slice(0, -2);
  if (typeof json === 'string') return `${before}${json}}`;
  return Buffer.concat([Buffer.from(before), json, CLOSING]);
}

const CLOSING = Buffer.from('}');
