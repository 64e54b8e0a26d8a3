import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { Operation } from '../operation/operation.js';
import { Cancellation } from '../requestContext.js';

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The id of a request: the client's, if it is a sane token, else a new one. */
export function requestIdOf({ 'x-request-id': given }: IncomingHttpHeaders): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** What becomes of one request to /graphql; told to metrics and log when its response is over or its client gone. */
export class RequestTrail {
  readonly id: string;
  /** Cancelled when the client goes away before the answer. */
  readonly gone = new Cancellation();
  operation: Pick<Operation, 'name' | 'hash' | 'type'> | undefined;
  codes: readonly string[] = [];
  /** Headers that tell what is left of limits. Written with the others: one by one by `setHeader` they cost a small query a tenth of its time. */
  told: Readonly<Record<string, string>> | undefined;
  /** Whether the connection is to be closed after the response. */
  closeAfter = false;
  private readonly began = performance.now();
  private counted = false;

  constructor(
    request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly metrics: Metrics,
    private readonly log: Logger,
  ) {
    this.id = requestIdOf(request.headers);
    metrics.requestsInFlight.count += 1;
    response.once('close', () => this.end());
  }

  /** The answer is a stream that has begun and may last for hours: the request is over. */
  becomesStream(): void {
    this.account('ok');
  }

  private end(): void {
    if (!this.response.writableFinished) this.gone.cancel();
    if (!this.counted) this.account(this.outcome());
  }

  private account(outcome: string): void {
    const { response, operation, codes, metrics, log } = this;
    this.counted = true;
    metrics.requestsInFlight.count -= 1;
    const milliseconds = performance.now() - this.began;
    metrics.requests.observe(operation?.type ?? 'none', outcome, milliseconds / 1000);
    for (const code of codes) metrics.countError(code);
    const level = outcome === 'error' ? 'warn' : 'debug';
    if (!log.isLevelEnabled(level)) return;
    log[level](
      {
        requestId: this.id,
        status: response.statusCode,
        outcome,
        ms: Math.round(milliseconds),
        ...(operation && { operation: operation.name, hash: operation.hash.slice(0, 12) }),
        ...(codes.length > 0 && { codes: [...new Set(codes)] }),
      },
      'request',
    );
  }

  private outcome(): string {
    const { response, operation, codes } = this;
    if (!response.writableFinished) return 'gone';
    if (response.statusCode >= 500) return 'error';
    if (response.statusCode >= 400 || (codes.length > 0 && !operation)) return 'refused';
    return codes.length > 0 ? 'partial' : 'ok';
  }
}
