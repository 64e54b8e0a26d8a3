import Table from 'cli-table3';
import type { ImportSummary } from './importLeads.ts';

/** What an import came to, as a table for a terminal. */
export function importReport(
  summary: ImportSummary,
  { total, elapsedMs, rejectedFile }: { total: number; elapsedMs: number; rejectedFile: string },
): string {
  const { counts, rows, rowsNow } = summary;
  const seconds = elapsedMs / 1_000;
  const table = new Table({ colAligns: ['left', 'right', 'left'], style: { head: [], border: [] } });
  const row = (name: string, value: number | string, remark = '') => table.push([name, String(value), remark]);
  row('rows', `${rows} of ${total}`, rowsNow < rows ? `${rows - rowsNow} of them in earlier runs` : '');
  row('stored', counts.STORED ?? 0);
  row('known already', counts.REPLAYED ?? 0, 'answered as the first time');
  row('duplicates', counts.DUPLICATE ?? 0, 'stored as such');
  row('rejected', counts.REJECTED ?? 0, (counts.REJECTED ?? 0) > 0 ? rejectedFile : '');
  row('time', `${seconds.toFixed(1)} s`, seconds > 0 ? `${(rowsNow / seconds).toFixed(1)} rows/s` : '');
  const end = summary.finished ? '' : '\nStopped before the end: run the same command again to go on.';
  return table.toString() + end;
}
