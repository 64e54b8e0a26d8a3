import { OperationTypeNode } from 'graphql';
import { RequestRefused } from '../errors/requestRefused.js';
import type { LaterPayload } from '../execute/deferredPayloads.js';
import type { OperationResponse } from '../execute/executeOperation.js';
import type { Operation } from '../operation/operation.js';
import type { SubscriptionRequest } from '../subscribe/subscription.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { Audit, Recorded, RecordedOperation } from './audit.js';
import { changedOnly, mergeDisclosed, type Transport } from './auditRecord.js';

/**
 * Records what an operation's execution does, before its answer goes on: a mutation once, whatever comes of it, and each part of an answer that has unmasked personal data in it. Requests that share an execution come by here
 * each, so each leaves its own record.
 */
export function auditOperation(
  executing: Promise<OperationResponse>,
  operation: Operation,
  sender: Recorded,
  audit: Audit,
): Promise<OperationResponse> {
  const answered = (response: OperationResponse): OperationResponse => {
    if (response.disclosed) disclosed(response);
    return response.later ? { ...response, later: parts(response.later) } : response;
  };
  if (operation.type !== OperationTypeNode.MUTATION) return executing.then(answered);
  return executing.then(
    (response) => {
      audit.record('MUTATION', operation, sender, changedOnly(response.changed), response.codes);
      return answered(response);
    },
    (error: unknown) => {
      audit.record('MUTATION', operation, sender, [], codesOf(error));
      throw error;
    },
  );

  function disclosed(part: Pick<OperationResponse, 'disclosed' | 'codes'>): void {
    recordDisclosure(audit, operation, sender, part);
  }

  async function* parts(later: AsyncIterable<LaterPayload>): AsyncGenerator<LaterPayload> {
    for await (const part of later) {
      if (part.disclosed) disclosed(part);
      yield part;
    }
  }
}

/** The request of a subscription whose events are recorded, for its own subscriber each. */
export function auditSubscription(
  request: SubscriptionRequest,
  transport: Transport,
  audit: Audit | undefined,
  supergraph: Supergraph | undefined,
): SubscriptionRequest {
  if (!audit) return request;
  const { operation, context, persisted } = request;
  const manifest =
    persisted === undefined ? undefined : supergraph?.persisted.entryOf(context.identity, persisted)?.client;
  const sender = { ...context, transport, manifest };
  return {
    ...request,
    onDisclosed: (disclosed, codes) => recordDisclosure(audit, operation, sender, { disclosed, codes }),
  };
}

function recordDisclosure(
  audit: Audit,
  operation: RecordedOperation,
  sender: Recorded,
  { disclosed = [], codes }: Pick<OperationResponse, 'disclosed' | 'codes'>,
): void {
  audit.record('DISCLOSURE', operation, sender, mergeDisclosed(disclosed), codes);
}

function codesOf(error: unknown): readonly string[] {
  return error instanceof RequestRefused
    ? error.errors.map(({ extensions }) => String(extensions?.code))
    : ['INTERNAL_SERVER_ERROR'];
}
