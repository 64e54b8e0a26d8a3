import { keysetPage, type Page, uuidFloor } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import type { OfferStatus } from '../offers/offerStatus.js';
import { Offer } from './offer.js';

/** Which offers a list shows: all that is given must hold. */
export interface OfferListFilter {
  /** Only this agent's, whoever else is asked for. */
  own?: string | undefined;
  agentId?: string | null | undefined;
  leadId?: string | null | undefined;
  /** Null: in any status. */
  statuses: readonly OfferStatus[] | null;
  /** Reserved at this time or later. */
  since: Date;
}

/** An offer's id is made when it is reserved. Before ids were made from that very instant they were a little later or earlier. */
const ID_MAY_DIFFER_MS = 3_600_000;

/** Reads a page of offers, the newest first. The time is a bound of the id as well, so that a page at the end of the list does not read on through all that is older. */
export function listOffers(
  db: DataSource,
  { own, agentId, leadId, statuses, since }: OfferListFilter,
  page: { first: number; after?: string | null },
): Promise<Page<Offer>> {
  const query = db
    .createQueryBuilder(Offer, 'offer')
    .where('offer.id >= :from', { from: uuidFloor(new Date(since.getTime() - ID_MAY_DIFFER_MS)) })
    .andWhere('offer.reservedAt >= :since', { since });
  if (own != null) query.andWhere('offer.agentId = :own', { own });
  if (agentId != null) query.andWhere('offer.agentId = :agentId', { agentId });
  if (leadId != null) query.andWhere('offer.leadId = :leadId', { leadId });
  // An equality leaves the index's rows in the order of the id; "one of" a list, even of one value, does not.
  if (statuses?.length === 1) query.andWhere('offer.status = :status', { status: statuses[0] });
  else if (statuses) query.andWhere('offer.status = ANY(:statuses)', { statuses });
  return keysetPage({
    list: 'offers',
    query,
    sort: [{ expression: 'offer.id', type: 'uuid', value: ({ id }) => id }],
    direction: 'DESC',
    page,
  });
}
