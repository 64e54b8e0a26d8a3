import type { SharedReads } from '@leadgraph/kit';
import { BuyerRow } from '../store/buyerTable.js';
import { ConsentRow } from '../store/consentTable.js';
import { readSourceQualities } from '../store/factSourcesStore.js';
import { readHouseholds } from '../store/householdStore.js';
import { type LeadEventRow, leadEventId, parseLeadEventId } from '../store/leadEventTable.js';
import { LeadRow } from '../store/leadTable.js';
import { SourceRow } from '../store/sourceTable.js';
import { findTimelineEntries, readTimelines, type TimelineSlice } from '../store/timelineStore.js';

/** The keyed reads of leads, which concurrent requests share. */
export function leadsReads(reads: SharedReads) {
  return {
    lead: reads.read({
      name: 'lead',
      load: (manager, ids) =>
        manager.createQueryBuilder(LeadRow, 'lead').where('lead.id = ANY(:ids)', { ids }).getMany(),
      keyOf: (lead) => lead.id,
    }),
    source: reads.read({
      name: 'source',
      load: (manager, ids) =>
        manager.createQueryBuilder(SourceRow, 'source').where('source.id = ANY(:ids)', { ids }).getMany(),
      keyOf: (source) => source.id,
    }),
    consent: reads.read({
      name: 'consent',
      load: (manager, ids) =>
        manager.createQueryBuilder(ConsentRow, 'consent').where('consent.leadId = ANY(:ids)', { ids }).getMany(),
      keyOf: (consent) => consent.leadId,
    }),
    buyers: reads.read({
      name: 'buyers',
      load: (manager, ids) =>
        manager
          .createQueryBuilder(BuyerRow, 'buyer')
          .where('buyer.leadId = ANY(:ids)', { ids })
          .orderBy('buyer.leadId')
          .addOrderBy('buyer.saleNumber')
          .getMany(),
      keyOf: (buyer) => buyer.leadId,
    }),
    household: reads.read({ name: 'household', load: readHouseholds, keyOf: (lead) => lead.householdId ?? '' }),
    timeline: reads.readWith((slice: TimelineSlice) => ({
      name: 'timeline',
      load: (manager, ids) => readTimelines(manager, ids, slice),
      keyOf: (entry) => entry.leadId,
    })),
    leadEvent: reads.read({
      name: 'leadEvent',
      load: (manager, ids) =>
        findTimelineEntries(
          manager,
          ids.map(parseLeadEventId).filter((wanted) => wanted !== null),
        ),
      keyOf: (entry: LeadEventRow) => leadEventId(entry),
      isKey: (id) => parseLeadEventId(id) !== null,
    }),
    /** For sources that have at least so many decided leads. */
    sourceQuality: reads.readWith((needs: number) => ({
      name: 'sourceQuality',
      load: (manager, ids) => readSourceQualities(manager, ids, needs),
      keyOf: ({ sourceId }) => sourceId,
    })),
  };
}

export type LeadsReads = ReturnType<typeof leadsReads>;
