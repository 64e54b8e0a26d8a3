import type { ErrorCode } from '../errors/errorCodes.js';
import type { Http1FailureReason } from './http1/http1Failure.js';
import type { UnusableReply } from './readReply.js';

/** Why a fetch brought nothing. */
export type FetchFailureReason = UnusableReply | Http1FailureReason;

/** A fetch that brought nothing, as clients are told: never with an address. */
export interface FetchFailure {
  readonly reason: FetchFailureReason;
  readonly code: ErrorCode;
  readonly message: string;
}

const failures: Record<FetchFailureReason, [ErrorCode, string]> = {
  refused: ['SUBGRAPH_REFUSED', 'does not accept this gateway. Report the request id.'],
  unavailable: ['SUBGRAPH_UNAVAILABLE', 'cannot answer at the moment. Send the request again in a few seconds.'],
  unreachable: ['SUBGRAPH_UNAVAILABLE', 'cannot be reached at the moment. Send the request again in a few seconds.'],
  overloaded: ['SUBGRAPH_OVERLOADED', 'has too many requests waiting. Send the request again in a few seconds.'],
  timeout: ['SUBGRAPH_TIMEOUT', 'did not answer in time. Ask for less at once, or send the request again later.'],
  'too-large': ['SUBGRAPH_RESPONSE_TOO_LARGE', 'answered with more than the limit allows. Ask for less at once.'],
  invalid: ['SUBGRAPH_INVALID_RESPONSE', 'answered with something that is not GraphQL. Report the request id.'],
  aborted: ['SUBGRAPH_UNAVAILABLE', 'was not waited for: the request was given up.'],
};

/** Says what happened to a fetch from a subgraph, and what a client can do about it. */
export function fetchFailure(reason: FetchFailureReason, subgraph: string): FetchFailure {
  const [code, sentence] = failures[reason];
  return { reason, code, message: `The subgraph "${subgraph}" ${sentence}` };
}
