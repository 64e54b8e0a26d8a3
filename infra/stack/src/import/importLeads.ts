import { createHash } from 'node:crypto';
import { appendFile, truncate } from 'node:fs/promises';
import pLimit from 'p-limit';
import type { LeadOutcome, LeadProblem, PostLead } from '../graph/leadOutcome.ts';
import { chainHash, type ImportProgress, readProgress, writeProgress } from './importProgress.ts';
import { ImportFileError } from './leadOfCsvRow.ts';
import { type Row, readRows } from './readRows.ts';

export interface ImportOptions {
  readonly file: string;
  readonly post: PostLead;
  /** Posts under way at a time. */
  readonly concurrency: number;
  readonly mapping?: Readonly<Record<string, string>>;
  /** Called after each row that is done, with how many are done since the file's beginning. */
  readonly onRow?: (rows: number, counts: Readonly<Record<string, number>>) => void;
  /** Stops the import after the rows under way; the next run goes on from there. */
  readonly signal?: AbortSignal;
}

export interface ImportSummary {
  /** Rows that have their answer, those of earlier runs of this file included. */
  readonly rows: number;
  /** Rows that this run did. */
  readonly rowsNow: number;
  /** STORED, REPLAYED, DUPLICATE, REJECTED, over all the rows. */
  readonly counts: Readonly<Record<string, number>>;
  readonly finished: boolean;
}

/** How many rows may pass between two writes of the progress: the most that a kill makes the next run post again. */
const PROGRESS_EVERY = 50;

export function rejectedFile(file: string): string {
  return `${file}.rejected.ndjson`;
}

/**
 * Posts every row of a file and goes on where an earlier run stopped. A row's idempotency key is the hash of its text, so a row that was
 * posted but not yet noted is answered again, not stored again. Rows are noted in the file's order, each rejected one with its reasons in
 * `FILE.rejected.ndjson`. Throws `ImportFileError` when the file is not the one that the noted progress belongs to.
 */
export async function importLeads(options: ImportOptions): Promise<ImportSummary> {
  const { file, post, concurrency, signal } = options;
  const begun = await readProgress(file);
  const log = await openLog(file, begun, options.onRow);
  const limit = pLimit(concurrency);
  const underWay: { row: Row; outcome: Promise<LeadOutcome> }[] = [];
  let hash = '';
  let seen = 0;
  try {
    for await (const row of readRows(file, options)) {
      seen = row.number;
      if (row.number <= begun.rows) {
        hash = chainHash(hash, row.text);
        if (row.number === begun.rows) assertSameFile(file, begun, hash);
        continue;
      }
      if (signal?.aborted) break;
      const outcome = limit(() => answer(row, post));
      // It is awaited later, in the rows' order; until then a failure must not count as unhandled.
      outcome.catch(() => undefined);
      underWay.push({ row, outcome });
      if (underWay.length >= concurrency * 2) await log.note(underWay.shift());
    }
    if (seen < begun.rows) assertSameFile(file, begun, '');
    while (underWay.length > 0) await log.note(underWay.shift());
  } finally {
    await log.save();
  }
  const { rows, counts } = log.progress();
  return { rows, rowsNow: rows - begun.rows, counts, finished: !signal?.aborted };
}

function assertSameFile(file: string, begun: ImportProgress, hash: string): void {
  if (hash === begun.hash) return;
  throw new ImportFileError(
    `The first ${begun.rows} rows of ${file} are not the ones that were imported before. Begin anew with --restart; rows that were posted already are recognised and not stored twice.`,
  );
}

async function answer(row: Row, post: PostLead): Promise<LeadOutcome> {
  if (!row.lead)
    return {
      kind: 'REJECTED',
      leadId: null,
      replayed: false,
      problems: [{ code: 'ROW_UNREADABLE', message: row.fault ?? '' }],
    };
  return post(row.lead, `import-${createHash('sha256').update(row.text).digest('hex')}`);
}

async function openLog(file: string, begun: ImportProgress, onRow: ImportOptions['onRow']) {
  let { rows, hash, rejectedBytes } = begun;
  const counts: Record<string, number> = { ...begun.counts };
  let sinceSave = 0;
  // What was written after the last save belongs to rows that are posted again now.
  await truncate(rejectedFile(file), rejectedBytes).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    rejectedBytes = 0;
  });
  const progress = (): ImportProgress => ({ rows, hash, rejectedBytes, counts });
  const save = () => writeProgress(file, progress());
  return {
    progress,
    save,
    async note(entry: { row: Row; outcome: Promise<LeadOutcome> } | undefined): Promise<void> {
      if (!entry) return;
      const outcome = await entry.outcome;
      if (outcome.kind === 'REJECTED') rejectedBytes += await writeRejected(file, entry.row, outcome);
      counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1;
      rows = entry.row.number;
      hash = chainHash(hash, entry.row.text);
      sinceSave += 1;
      if (sinceSave >= PROGRESS_EVERY) {
        sinceSave = 0;
        await save();
      }
      onRow?.(rows, counts);
    },
  };
}

async function writeRejected(
  file: string,
  row: Row,
  outcome: { leadId: string | null; problems: readonly LeadProblem[] },
): Promise<number> {
  const entry = {
    row: row.number,
    leadId: outcome.leadId,
    codes: [...new Set(outcome.problems.map(({ code }) => code))],
    problems: outcome.problems,
    lead: row.lead ?? row.text,
  };
  const line = `${JSON.stringify(entry)}\n`;
  await appendFile(rejectedFile(file), line);
  return Buffer.byteLength(line);
}
