import { createListLoader, createLoader } from '@leadgraph/kit';
import type DataLoader from 'dataloader';
import { type DataSource, In } from 'typeorm';
import type { AssignmentStatus } from '../offers/assignmentStatus.js';
import type { OfferStatus } from '../offers/offerStatus.js';
import { Agency } from '../store/agency.js';
import { Agent } from '../store/agent.js';
import { Assignment } from '../store/assignment.js';
import { Campaign } from '../store/campaign.js';
import { License } from '../store/license.js';
import { newestOf } from '../store/newestOf.js';
import { Notification } from '../store/notification.js';
import { Offer } from '../store/offer.js';
import { Routing, RoutingRound } from '../store/routing.js';

/** The data loaders of one request: any list costs one statement per type and level, however many parents it has. */
export function createAgentsLoaders(db: DataSource) {
  return {
    agencies: createLoader<string, Agency>((ids) => db.getRepository(Agency).findBy({ id: In([...ids]) }), idOf),
    agents: createLoader<string, Agent>((ids) => db.getRepository(Agent).findBy({ id: In([...ids]) }), idOf),
    campaigns: createLoader<string, Campaign>((ids) => db.getRepository(Campaign).findBy({ id: In([...ids]) }), idOf),
    offers: createLoader<string, Offer>((ids) => db.getRepository(Offer).findBy({ id: In([...ids]) }), idOf),
    assignments: createLoader<string, Assignment>(
      (ids) => db.getRepository(Assignment).findBy({ id: In([...ids]) }),
      idOf,
    ),
    assignmentOfOffer: createLoader<string, Assignment>(
      (ids) => db.getRepository(Assignment).findBy({ offerId: In([...ids]) }),
      ({ offerId }) => offerId,
    ),
    routings: createLoader<string, Routing>(
      (ids) => db.getRepository(Routing).findBy({ leadId: In([...ids]) }),
      ({ leadId }) => leadId,
    ),
    roundsOfLead: createListLoader<string, RoutingRound>(
      (ids) =>
        db.getRepository(RoutingRound).find({ where: { leadId: In([...ids]) }, order: { round: 'ASC', step: 'ASC' } }),
      ({ leadId }) => leadId,
    ),
    offersOfLead: createListLoader<string, Offer>(
      (ids) => db.getRepository(Offer).find({ where: { leadId: In([...ids]) }, order: { id: 'ASC' } }),
      ({ leadId }) => leadId,
    ),
    licensesOfAgent: createListLoader<string, License>(
      (ids) =>
        db.getRepository(License).find({
          where: { agentId: In([...ids]) },
          order: { state: 'ASC', lineOfAuthority: 'ASC', number: 'ASC' },
        }),
      ({ agentId }) => agentId,
    ),
    campaignsOfAgent: createListLoader<string, Campaign>(
      (ids) => db.getRepository(Campaign).find({ where: { agentId: In([...ids]) }, order: { id: 'ASC' } }),
      ({ agentId }) => agentId,
    ),
    offersOfAgent: perArguments((list: { first: number; statuses: OfferStatus[] | null }) =>
      createListLoader<string, Offer>(
        (ids) => newestOf(db, Offer, ids, list),
        ({ agentId }) => agentId,
      ),
    ),
    assignmentsOfAgent: perArguments((list: { first: number; statuses: AssignmentStatus[] | null }) =>
      createListLoader<string, Assignment>(
        (ids) => newestOf(db, Assignment, ids, list),
        ({ agentId }) => agentId,
      ),
    ),
    notificationsOfAgent: perArguments((list: { first: number }) =>
      createListLoader<string, Notification>(
        (ids) => newestOf(db, Notification, ids, { ...list, statuses: null }),
        ({ agentId }) => agentId,
      ),
    ),
  };
}

export type AgentsLoaders = ReturnType<typeof createAgentsLoaders>;

function idOf({ id }: { id: string }): string {
  return id;
}

/** A loader for each combination of arguments that a field is selected with; two aliases with other arguments are two lists. */
function perArguments<A, V>(make: (list: A) => DataLoader<string, V[]>): (list: A) => DataLoader<string, V[]> {
  const made = new Map<string, DataLoader<string, V[]>>();
  return (list) => {
    const key = JSON.stringify(list);
    const loader = made.get(key) ?? make(list);
    made.set(key, loader);
    return loader;
  };
}
