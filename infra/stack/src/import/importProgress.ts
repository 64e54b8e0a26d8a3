import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';

/**
 * How far an import has come: every row up to `rows` has its answer. Stands beside the file as `FILE.progress.json`, after the end as well:
 * rows that are appended later are imported by the next run, and only they.
 */
export interface ImportProgress {
  readonly rows: number;
  /** Chained hash of the rows so far: tells whether it is still the same file. */
  readonly hash: string;
  /** Length of `FILE.rejected.ndjson` in bytes when these rows were done; what stands after it belongs to rows that come again. */
  readonly rejectedBytes: number;
  readonly counts: Readonly<Record<string, number>>;
}

export const noProgress: ImportProgress = { rows: 0, hash: '', rejectedBytes: 0, counts: {} };

/** The hash after one more row. */
export function chainHash(hash: string, text: string): string {
  return createHash('sha256').update(hash).update('\n').update(text).digest('hex');
}

export function progressFile(file: string): string {
  return `${file}.progress.json`;
}

/** The progress of an earlier, interrupted import of the file; `noProgress` when there is none. */
export async function readProgress(file: string): Promise<ImportProgress> {
  try {
    return JSON.parse(await readFile(progressFile(file), 'utf8')) as ImportProgress;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return noProgress;
    throw error;
  }
}

/** Replaces the progress as a whole: a kill leaves the old or the new one. */
export async function writeProgress(file: string, progress: ImportProgress): Promise<void> {
  const temporary = `${progressFile(file)}.tmp`;
  await writeFile(temporary, `${JSON.stringify(progress)}\n`);
  await rename(temporary, progressFile(file));
}

/** Makes the next import of the file begin at its first row. */
export async function forgetProgress(file: string): Promise<void> {
  await rm(progressFile(file), { force: true });
}
