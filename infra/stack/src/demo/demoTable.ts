import Table from 'cli-table3';
import type { Bar, DemoFigures, Tally } from './demoFigures.ts';

/** The figures and bars as a table for a terminal. */
export function demoTable(figures: DemoFigures, bars: readonly Bar[]): string {
  const table = new Table({ colAligns: ['left', 'right', 'left'], style: { head: [], border: [] } });
  const row = (name: string, value: number | string, remark = '') => table.push([name, String(value), remark]);
  row(
    'received',
    figures.received,
    figures.replayed > 0 ? `${figures.replayed} submissions came twice and were answered as the first time` : '',
  );
  row('rejected', figures.rejected, tally(figures.rejectedByCode));
  row('duplicates', figures.duplicates);
  row('qualified', sum(figures.qualifiedByTier), tally(figures.qualifiedByTier));
  row('needs review', figures.needsReview);
  row('disqualified', figures.disqualified);
  row('offered', figures.offeredLeads, `${sum(figures.offersByStatus)} offers: ${tally(figures.offersByStatus)}`);
  row('sold', figures.soldLeads, `${figures.soldPlaces} places: ${tally(figures.soldByMode)}`);
  row('unsold', figures.unsold, tally(figures.unsoldByReason));
  row('queued', figures.queued, figures.queued > 0 ? 'until an agent opens' : '');
  row('stuck', figures.stuck.length, few(figures.stuck));
  row('lost', figures.lost.length, few(figures.lost));
  row('revenue', dollars(figures.revenueCents), `${figures.charges} charges`);
  for (const { name, value, ok } of bars.slice(2)) row(barNames[name] ?? name, value, ok ? 'ok' : 'MISSED');
  row('elapsed', `${(figures.elapsedMs / 1_000).toFixed(1)} s`, `${figures.leadsPerSecond.toFixed(1)} leads/s`);
  return table.toString();
}

const barNames: Readonly<Record<string, string>> = {
  salesNotChargedOnce: 'sales not charged exactly once',
  chargesUnlikeQuote: 'charges that differ from their quote',
  postingsSumCents: "sum of the ledger's postings",
};

/** `AUTO 3, HOME 2`, the most frequent first. */
function tally(counts: Tally): string {
  return wrap(
    Object.entries(counts)
      .sort(([a, x], [b, y]) => y - x || a.localeCompare(b))
      .map(([name, count]) => `${name} ${count}`),
  );
}

/** Joins with commas, at most about 70 characters a line. */
function wrap(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 68) lines[lines.length - 1] = `${last}, ${word}`;
    else lines.push(word);
  }
  return lines.join(',\n');
}

function few(names: readonly string[]): string {
  return wrap(names.length > 8 ? [...names.slice(0, 8), `and ${names.length - 8} more`] : names);
}

function sum(counts: Tally): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function dollars(cents: number): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(cents / 100);
}
