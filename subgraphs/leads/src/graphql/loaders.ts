import { createListLoader, createLoader, isUuid } from '@leadgraph/kit';
import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import { BuyerRow } from '../store/buyerTable.js';
import { ConsentRow } from '../store/consentTable.js';
import { readSourceQualities } from '../store/factSourcesStore.js';
import { type LeadEventRow, leadEventId, parseLeadEventId } from '../store/leadEventTable.js';
import { LeadRow } from '../store/leadTable.js';
import { SourceRow } from '../store/sourceTable.js';
import { findTimelineEntries, readTimelines, type TimelineSlice } from '../store/timelineStore.js';

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
  readonly sourceQuality: (needs: number) => DataLoader<string, number | null>;
}

/** Makes the loaders of a request. Ids that are none are answered without asking the store. */
export function createLoaders(db: DataSource): Loaders {
  const timelines = new Map<string, DataLoader<string, LeadEventRow[]>>();
  let qualities: DataLoader<string, number | null> | undefined;
  return {
    lead: createLoader(
      (ids) =>
        db
          .createQueryBuilder(LeadRow, 'lead')
          .where('lead.id = ANY(:ids)', { ids: ids.filter(isUuid) })
          .getMany(),
      (lead) => lead.id,
    ),
    source: createLoader(
      (ids) =>
        db
          .createQueryBuilder(SourceRow, 'source')
          .where('source.id = ANY(:ids)', { ids: ids.filter(isUuid) })
          .getMany(),
      (source) => source.id,
    ),
    consent: createLoader(
      (ids) => db.createQueryBuilder(ConsentRow, 'consent').where('consent.leadId = ANY(:ids)', { ids }).getMany(),
      (consent) => consent.leadId,
    ),
    buyers: createListLoader(
      (ids) =>
        db
          .createQueryBuilder(BuyerRow, 'buyer')
          .where('buyer.leadId = ANY(:ids)', { ids })
          .orderBy('buyer.leadId')
          .addOrderBy('buyer.saleNumber')
          .getMany(),
      (buyer) => buyer.leadId,
    ),
    household: createListLoader(
      (ids) =>
        db
          .createQueryBuilder(LeadRow, 'lead')
          .where('lead.householdId = ANY(:ids)', { ids })
          .orderBy('lead.id')
          .limit(1_000)
          .getMany(),
      (lead) => lead.householdId ?? '',
    ),
    timeline(slice) {
      const name = `${slice.first}:${slice.afterVersion}`;
      const loader =
        timelines.get(name) ??
        createListLoader(
          (ids) => readTimelines(db, ids, slice),
          (entry) => entry.leadId,
        );
      timelines.set(name, loader);
      return loader;
    },
    leadEvent: createLoader(
      (ids) =>
        findTimelineEntries(
          db,
          ids.map(parseLeadEventId).filter((wanted) => wanted !== null),
        ),
      leadEventId,
    ),
    sourceQuality(needs) {
      qualities ??= new DataLoader<string, number | null>(async (ids) => {
        const known = new Map((await readSourceQualities(db, ids, needs)).map((row) => [row.sourceId, row.quality]));
        return ids.map((id) => known.get(id) ?? null);
      });
      return qualities;
    },
  };
}
