import { currentScope, systemActor, uuidv7 } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import type { JournalDraft } from '../ledger/journal.js';

/** Books entries, each with its postings, in two statements however many there are. Returns their ids in the order given. */
export async function bookEntries(tx: EntityManager, drafts: readonly JournalDraft[], now: Date): Promise<string[]> {
  const actor = currentScope()?.actor ?? systemActor;
  const ids = drafts.map(() => uuidv7());
  await tx.query(
    `INSERT INTO journal_entry (id, kind, description, charge_id, reverses_entry_id, actor_kind, actor_sub, booked_at)
     SELECT id, kind, description, charge_id, reverses, $6, $7, $8
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[]) AS drafts (id, kind, description, charge_id, reverses)`,
    [
      ids,
      drafts.map((draft) => draft.kind),
      drafts.map((draft) => draft.description),
      drafts.map((draft) => draft.chargeId ?? null),
      drafts.map((draft) => draft.reverses ?? null),
      actor.kind,
      actor.sub,
      now,
    ],
  );
  const postings = drafts.flatMap((draft, index) =>
    draft.postings.map((posting) => ({ ...posting, entryId: ids[index] })),
  );
  await tx.query(
    `INSERT INTO posting (entry_id, account_id, amount_cents)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[])`,
    [
      postings.map((posting) => posting.entryId),
      postings.map((posting) => posting.accountId),
      postings.map((posting) => posting.amountCents),
    ],
  );
  return ids;
}
