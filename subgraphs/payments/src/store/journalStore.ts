import { currentScope, systemActor, toSafeNumber, uuidv7 } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import type { AccountKind } from '../ledger/accounts.js';
import type { EntryKind, JournalDraft, Posting } from '../ledger/journal.js';

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

export interface PostingOfAccount extends Posting {
  accountKind: AccountKind;
  /** Whose wallet it is, for a WALLET. */
  agentId: string | null;
}

/** An entry of the journal with its postings. */
export interface BookedEntry {
  id: string;
  kind: EntryKind;
  description: string;
  chargeId: string | null;
  reversesEntryId: string | null;
  reversedByEntryId: string | null;
  actorKind: string;
  actorSub: string;
  bookedAt: Date;
  postings: PostingOfAccount[];
}

/** Entries by id, each with its postings, in one statement. */
export async function findEntries(em: EntityManager, ids: readonly string[]): Promise<BookedEntry[]> {
  const rows: (Omit<BookedEntry, 'postings'> & {
    postings: (Omit<PostingOfAccount, 'amountCents'> & { amountCents: string })[];
  })[] = await em.query(
    `SELECT entry.id, entry.kind, entry.description, entry.charge_id AS "chargeId",
       entry.reverses_entry_id AS "reversesEntryId", reversal.id AS "reversedByEntryId",
       entry.actor_kind AS "actorKind", entry.actor_sub AS "actorSub", entry.booked_at AS "bookedAt",
       (SELECT json_agg(json_build_object('accountId', account.id, 'accountKind', account.kind, 'agentId', account.agent_id,
                 'amountCents', posting.amount_cents::text) ORDER BY posting.amount_cents DESC)
        FROM posting JOIN ledger_account AS account ON account.id = posting.account_id
        WHERE posting.entry_id = entry.id) AS postings
     FROM journal_entry AS entry LEFT JOIN journal_entry AS reversal ON reversal.reverses_entry_id = entry.id
     WHERE entry.id = ANY($1::uuid[])`,
    [[...ids]],
  );
  return rows.map((row) => ({
    ...row,
    postings: row.postings.map((posting) => ({ ...posting, amountCents: toSafeNumber(posting.amountCents) })),
  }));
}
