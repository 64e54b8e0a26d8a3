import { RequestRefused } from '../errors/requestRefused.js';
import type { Logger } from '../log.js';

/** A fault of ours as a refusal: the client learns the request id, the log the cause. */
export function refusalOf(error: unknown, requestId: string, log: Logger): RequestRefused {
  log.error({ err: error, requestId }, 'a request failed');
  return new RequestRefused(
    'INTERNAL_SERVER_ERROR',
    'Something went wrong on our side. Try again; if it stays, report the request id.',
  );
}
