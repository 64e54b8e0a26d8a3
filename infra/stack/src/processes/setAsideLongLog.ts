import { renameSync, statSync } from 'node:fs';

const LONG_BYTES = 20 * 1024 * 1024;

/** Keeps a log that earlier runs have filled as `FILE.1`, so that logs do not grow for ever. */
export function setAsideLongLog(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LONG_BYTES) renameSync(file, `${file}.1`);
}
