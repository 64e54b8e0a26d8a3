import type { ExecutionResult } from 'graphql';

/** A result as the comparison sees it. */
export interface Outcome {
  /** The data's JSON text: the order of its fields counts. */
  readonly data: string;
  /** The paths of the errors, written `a.0.b`; `?` for an error without one. */
  readonly errors: readonly string[];
  readonly messages: readonly string[];
}

/** What the reference says. */
export interface Reference extends Outcome {
  /** All the places that fail, also those that graphql-js no longer looks at once one beside them made their object null. */
  readonly failures: ReadonlySet<string>;
}

export interface OperationRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** One of the three ways in which an operation is executed. */
export type Execute = (request: OperationRequest) => Promise<Outcome>;

export function outcomeOf({
  data,
  errors = [],
}: Pick<ExecutionResult, 'data'> & {
  errors?: readonly Pick<Error & { path?: readonly (string | number)[] }, 'message' | 'path'>[];
}): Outcome {
  return {
    data: JSON.stringify(data ?? null),
    errors: errors.map(({ path }) => path?.join('.') ?? '?'),
    messages: errors.map(({ message, path }) => `${path?.join('.') ?? '?'}: ${message}`),
  };
}
