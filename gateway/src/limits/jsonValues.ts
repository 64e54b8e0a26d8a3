import { RequestRefused } from '../errors/requestRefused.js';

/**
 * Values in one JSON text. Small ones take some fifty times their text in memory once they are parsed, so the size of a body says little: 1 MB of `{},{},…` is 20 MB.
 */
const MOST_VALUES = 50_000;
/** Shorter texts cannot have that many. */
const SHORTEST = MOST_VALUES;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** Throws TOO_MANY_VALUES for a JSON text with more values than the limit, before it is parsed. What is no JSON is left to the parser. */
export function checkJsonValues(text: string, most = MOST_VALUES): void {
  if (text.length <= Math.min(most, SHORTEST)) return;
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COMMA || code === BRACKET || code === BRACE) {
      values += 1;
      if (values > most)
        throw new RequestRefused('TOO_MANY_VALUES', `The JSON has more than ${most} values. Send less at once.`);
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
