import type { IncomingMessage } from 'node:http';
import { RequestRefused } from '../errors/requestRefused.js';
import { isDeeperThan } from '../http/graphqlParams.js';
import { readJsonBody } from '../http/readJsonBody.js';
import { IDEMPOTENCY_HEADER } from './readInputs.js';
import type { RestOperation } from './restOperation.js';

export interface RestSettings {
  /** The path below which operations are served, without a slash at its end. */
  readonly prefix: string;
  /** Where clients reach the gateway; undefined: at the host that their requests name. */
  readonly publicUrl?: string | undefined;
}

/** Levels that a body may be nested, as at /graphql. */
const DEEPEST_JSON = 64;
const BODY_FORM = 'The body has to be a JSON object, in which nothing is called "__proto__" or "constructor".';
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** Whether a path can be decoded: what is not UTF-8 names nothing. */
export function checkEncoding(path: string): void {
  try {
    decodeURIComponent(path);
  } catch (cause) {
    throw new RequestRefused('BAD_REQUEST', 'The path is not encoded as UTF-8 with percent signs.', { cause });
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** The body of a request, parsed; undefined where there is none. Rejects with `RequestRefused` as `readJsonBody` does, BAD_REQUEST where the operation's method has none, or BODY_TOO_DEEP. */
export async function bodyOf(request: IncomingMessage, operation: Pick<RestOperation, 'hasBody'>): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  if (!operation.hasBody) {
    const message = `${request.method} takes no body here. Give what it needs in the path and the query string.`;
    throw new RequestRefused('BAD_REQUEST', message, { headers: { connection: 'close' } });
  }
  const body = await readJsonBody(request, BODY_FORM);
  if (isDeeperThan(DEEPEST_JSON, body)) {
    const message = `The body is nested deeper than ${DEEPEST_JSON} levels. Send a flatter value.`;
    throw new RequestRefused('BODY_TOO_DEEP', message);
  }
  return body;
}

/** The idempotency key of a request, whose header may be with or without the quotes that the header's draft wants around it. */
export function idempotencyKeyOf(request: IncomingMessage): string | undefined {
  if (request.headers['idempotency-key'] === undefined) return undefined;
  const given = request.headersDistinct['idempotency-key'] ?? [];
  const [first = ''] = given;
  const key = /^".*"$/.test(first) ? first.slice(1, -1) : first;
  if (given.length === 1 && IDEMPOTENCY_KEY.test(key)) return key;
  const message = `Send ${IDEMPOTENCY_HEADER} once, with 1 to 255 visible characters of ASCII.`;
  throw new RequestRefused('BAD_USER_INPUT', message, {
    errors: [{ message, extensions: { code: 'BAD_USER_INPUT', header: IDEMPOTENCY_HEADER } }],
  });
}

const HOST = /^([\w.-]+|\[[\da-fA-F:.]+\])(:\d{1,5})?$/;

/** Where the client reaches the gateway: as configured, else as its request says, if that is an address. */
export function originOf({ headers }: IncomingMessage, { publicUrl }: RestSettings, trustedProxies: number): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/$/, '');
  const { host = '' } = headers;
  if (!HOST.test(host)) return '';
  const isSecure = trustedProxies > 0 && headers['x-forwarded-proto'] === 'https';
  return `${isSecure ? 'https' : 'http'}://${host}`;
}
