import { GraphQLError } from 'graphql';

/** Codes that any subgraph may answer with. A subgraph adds its own beside its rules. */
export const kitErrorCodes = {
  BAD_USER_INPUT: 'An argument has a value that cannot be used; the message says which and what is expected.',
  NOT_FOUND: 'Nothing with this id exists, or the caller may not know of it.',
  FORBIDDEN: 'The caller is known but may not do this.',
  UNAUTHENTICATED: 'The request carries no token of the gateway, or one that is not valid.',
  CONFLICT: 'The state changed in the meantime; read again and decide anew.',
  INVALID_CURSOR: 'The cursor did not come from this list; begin without one.',
  PAGE_TOO_LARGE: 'The page asked for is larger than the limit.',
  REPORT_TOO_LARGE: 'The report would have too many rows; ask for fewer days, group by less, or filter.',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used before with another body; use a new key for a new request.',
  SUBSCRIBE_AT_GATEWAY: 'Subscriptions are served by the gateway; send the operation there.',
  STORE_BUSY: 'All connections to a store are in use and too many wait for one; repeat the request a second later.',
  SERVICE_UNAVAILABLE: 'A store is not reachable at the moment; repeat the request later.',
  INTERNAL_SERVER_ERROR: 'A fault on our side; quote the request id when reporting it.',
} as const;

export interface DomainErrorOptions {
  /** The input field it concerns. */
  field?: string;
  /** Whether the same request may succeed later without a change. */
  retryable?: boolean;
  /** More facts for the caller; no personal data, nothing internal. */
  details?: Record<string, unknown>;
}

/** An expected failure: a stable code and a sentence that tells the caller what to do. Reaches the client as it is. */
export class DomainError extends GraphQLError {
  readonly code: string;

  constructor(code: string, message: string, options: DomainErrorOptions = {}) {
    super(message, {
      extensions: {
        code,
        ...(options.field !== undefined && { field: options.field }),
        ...(options.retryable !== undefined && { retryable: options.retryable }),
        ...options.details,
      },
    });
    this.name = 'DomainError';
    this.code = code;
  }
}

/** `NOT_FOUND` for an id of a type, in the words that all subgraphs use. */
export function notFound(typename: string, id: string): DomainError {
  return new DomainError(
    'NOT_FOUND',
    `There is no ${typename} with the id "${id}". Check the id, or list the ones you can see.`,
    {
      details: { typename, id },
    },
  );
}
