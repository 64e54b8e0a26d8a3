/** Something that is wrong with a submission: a validation code, the input's field, and what to do about it. */
export interface LeadProblem {
  readonly code: string;
  readonly field?: string | null;
  readonly message: string;
}

/**
 * What became of a posted lead. STORED: it is on its way. REJECTED: stored with its codes, or refused as malformed (then without an id).
 * DUPLICATE: stored as one of another lead. REPLAYED: the platform had this submission already and answered as the first time.
 */
export type LeadOutcome =
  | { readonly kind: 'STORED'; readonly leadId: string }
  | { readonly kind: 'REPLAYED'; readonly leadId: string }
  | { readonly kind: 'DUPLICATE'; readonly leadId: string; readonly duplicateOf: string | null }
  | {
      readonly kind: 'REJECTED';
      readonly leadId: string | null;
      readonly replayed: boolean;
      readonly problems: readonly LeadProblem[];
    };

/** Posts one lead (names for source and sellers, as in the demo's file) under an idempotency key. Throws only when nothing can be posted. */
export type PostLead = (lead: Readonly<Record<string, unknown>>, idempotencyKey: string) => Promise<LeadOutcome>;
