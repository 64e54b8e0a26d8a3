import { DomainError, type Identity, inTransaction, notFound, withIdempotency } from '@leadgraph/kit';
import type { SaleMode } from '@leadgraph/schema';
import type { DataSource } from 'typeorm';
import { callerOf } from '../callerOf.js';
import type { PaymentsRules } from '../paymentsRules.js';
import { lockLead } from '../store/leadProjection.js';
import { issueQuote } from './issueQuotes.js';

export interface QuoteRequest {
  leadId: string;
  mode: SaleMode;
  idempotencyKey: string;
}

/**
 * Makes a quote on request and returns its id; the same key and body return the first one's. Throws LEAD_NOT_READY (retryable) for a lead that
 * payments does not know (yet), NOT_FOUND for a partner whose lead it is not, LEAD_WITHDRAWN, IDEMPOTENCY_KEY_REUSED.
 */
export async function quoteLead(
  db: DataSource,
  identity: Identity,
  request: QuoteRequest,
  rules: PaymentsRules,
): Promise<string> {
  const { idempotencyKey: key, ...body } = request;
  return inTransaction(db, async (tx) => {
    const { answer } = await withIdempotency(
      tx,
      { operation: 'quoteLead', caller: callerOf(identity), key, body },
      async () => {
        const lead = await lockLead(tx, request.leadId);
        if (!lead) throw leadNotReady(request.leadId);
        if (identity.kind === 'PARTNER' && identity.sub !== lead.partner) throw notFound('Lead', request.leadId);
        if (lead.withdrawn) {
          throw new DomainError(
            'LEAD_WITHDRAWN',
            'The consent for this lead was revoked, so it is not sold. Choose another lead.',
          );
        }
        return (await issueQuote(tx, lead, request.mode, rules)).id;
      },
    );
    return answer;
  });
}

function leadNotReady(leadId: string): DomainError {
  return new DomainError(
    'LEAD_NOT_READY',
    'There is no price for this lead yet. A lead is priced once it is qualified: ask again in a few seconds; if it stays, check the id and the lead’s status.',
    { field: 'leadId', retryable: true, details: { leadId } },
  );
}
