import { randomUUID } from 'node:crypto';
import { OperationTypeNode } from 'graphql';
import type { Audit, Recorded } from '../audit/audit.js';
import { auditOperation } from '../audit/auditOperation.js';
import type { Identity } from '../identity/identity.js';
import { type Admit, type Applicant, budgetOf, type CostBudgets } from '../limits/operationLimits.js';
import type { Operation } from '../operation/operation.js';
import type { FindOperation } from '../persisted/findOperation.js';
import { Cancellation, type RequestContext } from '../requestContext.js';
import type { OperationResponse } from './executeOperation.js';
import type { Execute } from './shareExecutions.js';

const NO_CACHE = /(^|[\s,])no-cache($|[\s,])/i;

export interface StartOptions {
  readonly findOperation: FindOperation;
  readonly execute: Execute;
  /** Counts the changes that this process has heard of: mutations are counted here, before they are answered. */
  readonly changes: { seen: number };
  /** Whether an identity may see how its operation is planned and executed. */
  readonly mayExplain: (identity: Identity) => boolean;
  /** Whether an operation may be executed; undefined where nothing is limited. */
  readonly admit?: Admit | undefined;
  /** What `extensions.cost` compares an estimate with. */
  readonly costBudgets?: CostBudgets | undefined;
  /** Undefined where nothing is recorded. */
  readonly audit?: Audit | undefined;
}

/** Who wants an operation executed. */
export interface Sender
  extends Pick<RequestContext, 'requestId' | 'identity' | 'headers'>,
    Applicant,
    Pick<Recorded, 'transport' | 'keyPrefix' | 'manifest'> {
  /** Cancelled when the sender has gone before the answer. */
  readonly gone: Cancellation;
}

/**
 * Starts a query or mutation, whatever it came by. Throws `RequestRefused` BAD_USER_INPUT, or as `Admit` does; the promise rejects as `executeOperation` does. A query is given up when its sender has gone.
 */
export function startOperation(
  operation: Operation,
  variables: Readonly<Record<string, unknown>>,
  explain: boolean,
  sender: Sender,
  options: StartOptions,
): Promise<OperationResponse> {
  operation.checkVariables(variables);
  const admitted = options.admit?.(operation, variables, sender);
  return admitted
    ? admitted.then(() => begin(operation, variables, explain, sender, options))
    : begin(operation, variables, explain, sender, options);
}

function begin(
  operation: Operation,
  variables: Readonly<Record<string, unknown>>,
  explain: boolean,
  sender: Sender,
  options: StartOptions,
): Promise<OperationResponse> {
  const { requestId, identity, headers, gone } = sender;
  const isQuery = operation.type === OperationTypeNode.QUERY;
  const noCache = isQuery && asksAnew(sender);
  const started = options.execute({
    operation,
    variables,
    context: {
      requestId,
      identity,
      headers,
      // A mutation is finished when its sender has gone: half of it may have been done already.
      cancellation: isQuery ? gone : new Cancellation(),
      changed: [],
      disclosed: undefined,
      noCache,
      since: noCache ? randomUUID() : undefined,
    },
    explain: explain && options.mayExplain(identity),
    ...(headers['graphql-cost'] === 'true' &&
      options.mayExplain(identity) && {
        cost: { estimated: operation.estimateCost(variables), budget: budgetOf(options.costBudgets ?? {}, identity) },
      }),
  });
  const executing = options.audit ? auditOperation(started, operation, sender, options.audit) : started;
  return isQuery ? executing : executing.finally(() => (options.changes.seen += 1));
}

/** Whether a request says `Cache-Control: no-cache` (RFC 9111, 5.2.1.4). A WebSocket's headers say nothing about its operations: browsers send it with each upgrade. */
function asksAnew({ headers: { 'cache-control': directives }, transport }: Sender): boolean {
  return transport !== 'websocket' && directives !== undefined && NO_CACHE.test(String(directives));
}
