import { Http1Failure } from './http1Failure.js';

/** What the head of a response says about its framing and its connection. */
export interface ResponseHead {
  readonly status: number;
  /** '' when absent. */
  readonly contentType: string;
  /** In bytes, -1 when absent. May be Infinity: digits are not limited. */
  readonly contentLength: number;
  readonly chunked: boolean;
  /** Whether the server keeps the connection after this response (RFC 9112 §9.3). */
  readonly persistent: boolean;
  /** The value of `keep-alive`, '' when absent. */
  readonly keepAlive: string;
  /** Status line and field lines as received, for `fieldOf`. */
  readonly text: string;
}

const TAB = 9;
const SPACE = 32;
const COLON = 58;
const DIGIT_0 = 48;
const DIGIT_9 = 57;

/** RFC 9110 §5.6.2: the characters of a token, by code. */
const TOKEN = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  TOKEN[char.charCodeAt(0)] = 1;
}

/** Whether a byte may stand in the name of a field. */
export function isTokenByte(code: number): boolean {
  return TOKEN[code] === 1;
}

/**
 * Reads a response's head, from the status line to the empty line inclusive. Strict where leniency lets two readers see different messages (RFC 9112
 * §11.1, §11.2): no bare CR or LF, no folded lines, no space before a colon, one meaning for the length. Throws `Http1Failure('invalid')`.
 */
export function parseResponseHead(text: string): ResponseHead {
  if (text.includes('\0')) throw new Http1Failure('invalid', 'NUL in the head');
  let next = endOfLine(text, 0) + 2;
  const status = statusOf(text);
  const oldVersion = text.charCodeAt(7) === DIGIT_0;
  let contentType = '';
  let contentLength = -1;
  let coding = '';
  let connection = '';
  let keepAlive = '';

  for (;;) {
    const start = next;
    const end = endOfLine(text, start);
    if (end === start) break;
    next = end + 2;
    const colon = endOfName(text, start);
    // By the length of the name first: most lines need no further look.
    switch (colon - start) {
      case 10:
        if (isNamed(text, start, colon, 'connection')) connection = joined(connection, valueAt(text, colon, end));
        else if (isNamed(text, start, colon, 'keep-alive')) keepAlive = valueAt(text, colon, end);
        break;
      case 12:
        if (isNamed(text, start, colon, 'content-type')) contentType = joined(contentType, valueAt(text, colon, end));
        break;
      case 14:
        if (isNamed(text, start, colon, 'content-length')) {
          const length = lengthOf(valueAt(text, colon, end));
          if (contentLength !== -1 && contentLength !== length) throw new Http1Failure('invalid', 'two lengths');
          contentLength = length;
        }
        break;
      case 16:
        if (isNamed(text, start, colon, 'content-encoding')) refuseEncoding(valueAt(text, colon, end));
        break;
      case 17:
        if (isNamed(text, start, colon, 'transfer-encoding')) coding = joined(coding, valueAt(text, colon, end) || '?');
        break;
    }
  }

  if (coding !== '') {
    if (contentLength !== -1) throw new Http1Failure('invalid', 'content-length and transfer-encoding');
    // RFC 9112 §6.1: an HTTP/1.0 message with a transfer coding has faulty framing.
    if (oldVersion) throw new Http1Failure('invalid', 'transfer-encoding in HTTP/1.0');
    if (coding.toLowerCase() !== 'chunked') throw new Http1Failure('invalid', `transfer-encoding ${coding}`);
  }
  return {
    status,
    contentType,
    contentLength,
    chunked: coding !== '',
    persistent: isPersistent(oldVersion, connection),
    keepAlive,
    text,
  };
}

/** The value of a field of a parsed head; several are joined by ', '. The name in lower case. */
export function fieldOf(text: string, name: string): string | undefined {
  let found: string | undefined;
  let start = text.indexOf('\r\n') + 2;
  for (;;) {
    const end = text.indexOf('\r\n', start);
    if (end <= start) return found;
    const colon = start + name.length;
    if (text.charCodeAt(colon) === COLON && isNamed(text, start, colon, name)) {
      const value = valueAt(text, colon, end);
      found = found === undefined ? value : `${found}, ${value}`;
    }
    start = end + 2;
  }
}

/** For how many seconds the server keeps an idle connection, after `keep-alive: timeout=N`; Infinity when it does not say. */
export function keepAliveSeconds(value: string): number {
  const match = /(?:^|[,;\s])timeout\s*=\s*"?(\d{1,9})/i.exec(value);
  return match ? Number(match[1]) : Number.POSITIVE_INFINITY;
}

/** The position of the CRLF that ends the line. */
function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\r', start);
  if (end === -1 || text.indexOf('\n', start) !== end + 1) throw new Http1Failure('invalid', 'bare CR or LF');
  return end;
}

function statusOf(text: string): number {
  const match = /^HTTP\/1\.[01] ([1-9]\d\d)[ \r]/.exec(text);
  if (!match) throw new Http1Failure('invalid', 'no HTTP/1 status line');
  return Number(match[1]);
}

function endOfName(text: string, start: number): number {
  let at = start;
  while (TOKEN[text.charCodeAt(at)] === 1) at++;
  if (at === start || text.charCodeAt(at) !== COLON) throw new Http1Failure('invalid', 'malformed field line');
  return at;
}

function isNamed(text: string, start: number, end: number, name: string): boolean {
  return text.startsWith(name, start) || text.slice(start, end).toLowerCase() === name;
}

function valueAt(text: string, colon: number, lineEnd: number): string {
  let start = colon + 1;
  let end = lineEnd;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function joined(before: string, value: string): string {
  return before === '' ? value : `${before}, ${value}`;
}

/** RFC 9112 §6.3: a list of equal lengths counts as one, all else that is no number is an error. */
function lengthOf(value: string): number {
  if (value.includes(',')) {
    const lengths = value.split(',').map((part) => lengthOf(part.trim()));
    const first = lengths[0] ?? -1;
    if (lengths.some((length) => length !== first)) throw new Http1Failure('invalid', 'two lengths');
    return first;
  }
  let length = 0;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < DIGIT_0 || code > DIGIT_9) throw new Http1Failure('invalid', 'content-length is no number');
    length = length * 10 + code - DIGIT_0;
  }
  if (value === '') throw new Http1Failure('invalid', 'content-length is empty');
  return length;
}

function refuseEncoding(value: string): void {
  if (value !== '' && value.toLowerCase() !== 'identity') {
    throw new Http1Failure('invalid', `content-encoding ${value}, which was not asked for`);
  }
}

function isPersistent(oldVersion: boolean, connection: string): boolean {
  if (connection === '') return !oldVersion;
  const options = connection.toLowerCase().split(/[\s,]+/);
  if (options.includes('close')) return false;
  return !oldVersion || options.includes('keep-alive');
}
