import pLimit from 'p-limit';
import type { LeadOutcome, PostLead } from '../graph/leadOutcome.ts';
import type { DemoLead } from './demoLead.ts';

export interface PostedLead {
  readonly lead: DemoLead;
  readonly outcome: LeadOutcome;
}

export interface PostOptions {
  readonly post: PostLead;
  /** Posts under way at a time. */
  readonly concurrency: number;
  /** Makes idempotency keys that no other run has. */
  readonly keyPrefix: string;
  readonly onPosted?: (posted: PostedLead) => void;
  readonly signal?: AbortSignal;
}

/** Posts the leads in their order, a few at a time. The key is the place in the list: a lead that stands there twice is sent twice. */
export async function postLeads(leads: readonly DemoLead[], options: PostOptions): Promise<PostedLead[]> {
  const limit = pLimit({ concurrency: options.concurrency, rejectOnClear: true });
  try {
    return await Promise.all(
      leads.map((lead, index) =>
        limit(async () => {
          options.signal?.throwIfAborted();
          const outcome = await options.post({ ...lead }, `${options.keyPrefix}-${index + 1}`);
          const posted = { lead, outcome };
          options.onPosted?.(posted);
          return posted;
        }),
      ),
    );
  } finally {
    limit.clearQueue();
  }
}
