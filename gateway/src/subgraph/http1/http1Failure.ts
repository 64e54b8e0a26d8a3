export type Http1FailureReason = 'unreachable' | 'timeout' | 'aborted' | 'overloaded' | 'too-large' | 'invalid';

/** No whole answer came. The detail and the cause are for the log: they may name addresses. */
export class Http1Failure extends Error {
  override readonly name = 'Http1Failure';

  constructor(
    readonly reason: Http1FailureReason,
    detail?: string,
    cause?: unknown,
  ) {
    super(detail ? `${reason}: ${detail}` : reason, cause === undefined ? undefined : { cause });
  }
}
