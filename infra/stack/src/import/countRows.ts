import { type ReadOptions, readRows } from './readRows.ts';

/** How many rows the file has. Reads it whole, so a file that is no file of leads is noticed before the first row is posted. */
export async function countRows(file: string, options: ReadOptions = {}): Promise<number> {
  let rows = 0;
  for await (const row of readRows(file, options)) rows = row.number;
  return rows;
}
