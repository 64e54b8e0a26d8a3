import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { SizeGrowth } from './measureGrowth.ts';

/** What was measured while these leads were being loaded, in this run or in earlier ones, the smallest size first: a size that has been passed does not come again. */
export function keptSizes(file: string, origin: Date): SizeGrowth[] {
  if (!existsSync(file)) return [];
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { origin: string; sizes: SizeGrowth[] };
  return kept.origin === origin.toISOString() ? kept.sizes : [];
}

/** Keeps a size, in the place of an earlier measurement of it. */
export function keepSize(file: string, origin: Date, size: SizeGrowth): void {
  const others = keptSizes(file, origin).filter(({ leads }) => leads !== size.leads);
  const sizes = [...others, size].sort((a, b) => a.leads - b.leads);
  writeFileSync(file, JSON.stringify({ origin: origin.toISOString(), sizes }));
}
