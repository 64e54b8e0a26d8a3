import { errorCodes } from '../errors/errorCodes.js';
import { problemType } from './problem.js';
import type { RouteTable } from './routeTable.js';
import { isTransient, statusOfCode, titleOfCode, wellKnownCodes } from './statusOfCode.js';

/** A kind of problem: what its `type` names. */
export interface ProblemKind {
  readonly type: string;
  readonly code: string;
  readonly title: string;
  readonly status: number;
  /** Whether the same request may succeed later, unless a problem says otherwise. */
  readonly retryable: boolean;
}

/** Codes that only subscriptions, texts of operations and pages bring about. */
const elsewhere = /^(BATCH|CSRF|GRAPHQL|SUBSCRIPTION|TOO_MANY_(CONNECTIONS|SUBSCRIPTIONS)|EVENTS|PERSISTED_QUERY)/;

/** Every kind of problem that is known: the gateway's codes, those that subgraphs use everywhere, and those that the manifests give statuses. */
export function listProblems(prefix: string, tables: readonly RouteTable[]): { problems: ProblemKind[] } {
  const statuses = Object.assign({}, ...tables.map(({ operations }) => operations[0]?.statuses ?? {}));
  const own = Object.keys(errorCodes).filter((code) => !elsewhere.test(code));
  const codes = new Set([...own, ...Object.keys(wellKnownCodes), ...Object.keys(statuses)]);
  const problems = [...codes].sort().map((code) => {
    const status = statusOfCode(code, statuses);
    return {
      type: problemType(prefix, code),
      code,
      title: titleOfCode(code),
      status,
      retryable: isTransient(status),
    };
  });
  return { problems };
}
