import type { Platform } from '../../../infra/stack/src/platform.ts';
import { say } from '../../report.ts';
import { CHUNK, type Loaded, loadLeads } from '../loadLeads.ts';
import { GROWTH_FILE, leaveOnlyStores } from '../stackUnderTest.ts';
import { untilPublished } from '../untilPublished.ts';
import type { GrowthFigures } from './growthReport.ts';
import { keepSize, keptSizes } from './keptSizes.ts';
import { measureGrowth } from './measureGrowth.ts';
import { storeSizes } from './storeSizes.ts';

/** At which parts of all leads loading stops to measure. */
const PARTS = [0.1, 0.25, 0.5, 1];

/** Loads so many leads, and on the way measures what reads cost in the database. Sizes that were passed before are known from then, or are missing. */
export async function loadGrowing(
  platform: Platform,
  leads: number,
): Promise<{ loaded: Loaded; growth: GrowthFigures }> {
  const sizes = [...new Set(PARTS.map((part) => CHUNK * Math.ceil((leads * part) / CHUNK)))];
  let loaded: Loaded | undefined;
  for (const size of sizes) {
    const now = await loadLeads(platform, size);
    loaded = {
      ...now,
      copied: (loaded?.copied ?? 0) + now.copied,
      copySeconds: (loaded?.copySeconds ?? 0) + now.copySeconds,
      finishSeconds: (loaded?.finishSeconds ?? 0) + now.finishSeconds,
    };
    // Beyond it, or beyond all that are wanted: then the last one is what is there.
    if (now.leads > size && size !== sizes.at(-1)) continue;
    await leaveOnlyStores(platform);
    // What earlier runs have begun.
    await untilPublished(platform);
    say(`… reads of ${now.leads} leads, in the database`);
    keepSize(GROWTH_FILE, now.origin, await measureGrowth(platform, now));
  }
  if (!loaded) throw new Error('no leads are wanted');
  const { leads: there, origin } = loaded;
  const kept = keptSizes(GROWTH_FILE, origin).filter((size) => size.leads <= there);
  const missed = sizes.filter((size) => size < there && !kept.some((one) => one.leads === size));
  return { loaded, growth: { sizes: kept, missed, stores: await storeSizes(platform) } };
}
