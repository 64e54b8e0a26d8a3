import type { GraphQLFormattedError } from 'graphql';
import { type ErrorCode, errorCodes } from './errorCodes.js';

/**
 * A request that gets no execution: thrown by any stage, written by the server's error handler. `message` is for the client and says what
 * to do; the reason for the log, if it is another one, is the `cause`.
 */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly code: ErrorCode;
  readonly errors: readonly GraphQLFormattedError[];
  /** Response headers that belong to the refusal, such as `allow` or `www-authenticate`. */
  readonly headers: Record<string, string>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; headers?: Record<string, string>; errors?: readonly GraphQLFormattedError[] } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.headers = options.headers ?? {};
    this.errors = options.errors ?? [{ message, extensions: { code } }];
  }

  /** The HTTP status under a media type. */
  status(mediaType: string): number {
    const entry: { status: number; legacyStatus?: number } = errorCodes[this.code];
    return mediaType === 'application/json' ? (entry.legacyStatus ?? entry.status) : entry.status;
  }
}
