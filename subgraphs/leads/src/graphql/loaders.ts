import { createListLoader, createLoader } from '@leadgraph/kit';
import type DataLoader from 'dataloader';
import type { BuyerRow } from '../store/buyerTable.js';
import type { ConsentRow } from '../store/consentTable.js';
import type { LeadEventRow } from '../store/leadEventTable.js';
import type { LeadRow } from '../store/leadTable.js';
import type { SourceRow } from '../store/sourceTable.js';
import type { TimelineSlice } from '../store/timelineStore.js';
import type { LeadsReads } from './leadsReads.js';

/** One request's data loaders: whatever the number of leads, one statement for each kind of entity and level. */
export interface Loaders {
  readonly lead: DataLoader<string, LeadRow | null>;
  readonly source: DataLoader<string, SourceRow | null>;
  readonly consent: DataLoader<string, ConsentRow | null>;
  /** The sales of a lead, the first one first. */
  readonly buyers: DataLoader<string, BuyerRow[]>;
  /** The leads of a household, the oldest first. */
  readonly household: DataLoader<string, LeadRow[]>;
  /** Timelines of leads, cut to the same slice. */
  readonly timeline: (slice: TimelineSlice) => DataLoader<string, LeadEventRow[]>;
  /** Entries of timelines, by their ids. */
  readonly leadEvent: DataLoader<string, LeadEventRow | null>;
  /** The quality of sources that have at least so many decided leads. */
  readonly sourceQuality: (needs: number) => DataLoader<string, { quality: number } | null>;
}

/** Makes the loaders of a request. Ids that are none are answered without asking the store. */
export function createLoaders(reads: LeadsReads): Loaders {
  const timelines = new Map<string, DataLoader<string, LeadEventRow[]>>();
  let qualities: DataLoader<string, { quality: number } | null> | undefined;
  return {
    lead: createLoader(reads.lead),
    source: createLoader(reads.source),
    consent: createLoader(reads.consent),
    buyers: createListLoader(reads.buyers),
    household: createListLoader(reads.household),
    timeline(slice) {
      const name = `${slice.first}:${slice.afterVersion}`;
      const loader = timelines.get(name) ?? createListLoader(reads.timeline(slice));
      timelines.set(name, loader);
      return loader;
    },
    leadEvent: createLoader(reads.leadEvent),
    sourceQuality(needs) {
      qualities ??= createLoader(reads.sourceQuality(needs));
      return qualities;
    },
  };
}
