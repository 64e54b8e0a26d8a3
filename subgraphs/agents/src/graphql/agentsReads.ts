import type { SharedReads } from '@leadgraph/kit';
import { Any, type EntityManager, type ObjectLiteral } from 'typeorm';
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

/** The keyed reads of agents, which concurrent requests share. */
export function agentsReads(reads: SharedReads) {
  return {
    agencies: reads.read(byId('agencies', Agency)),
    agents: reads.read(byId('agents', Agent)),
    campaigns: reads.read(byId('campaigns', Campaign)),
    offers: reads.read(byId('offers', Offer)),
    assignments: reads.read(byId('assignments', Assignment)),
    assignmentOfOffer: reads.read({
      name: 'assignmentOfOffer',
      load: (manager, ids) => manager.findBy(Assignment, { offerId: Any([...ids]) }),
      keyOf: ({ offerId }) => offerId,
    }),
    routings: reads.read({
      name: 'routings',
      load: (manager, ids) => manager.findBy(Routing, { leadId: Any([...ids]) }),
      keyOf: ({ leadId }) => leadId,
    }),
    roundsOfLead: reads.read({
      name: 'roundsOfLead',
      load: (manager, ids) =>
        manager.find(RoutingRound, { where: { leadId: Any([...ids]) }, order: { round: 'ASC', step: 'ASC' } }),
      keyOf: ({ leadId }) => leadId,
    }),
    offersOfLead: reads.read({
      name: 'offersOfLead',
      load: (manager, ids) => manager.find(Offer, { where: { leadId: Any([...ids]) }, order: { id: 'ASC' } }),
      keyOf: ({ leadId }) => leadId,
    }),
    licensesOfAgent: reads.read({
      name: 'licensesOfAgent',
      load: (manager, ids) =>
        manager.find(License, {
          where: { agentId: Any([...ids]) },
          order: { state: 'ASC', lineOfAuthority: 'ASC', number: 'ASC' },
        }),
      keyOf: ({ agentId }) => agentId,
    }),
    campaignsOfAgent: reads.read({
      name: 'campaignsOfAgent',
      load: (manager, ids) => manager.find(Campaign, { where: { agentId: Any([...ids]) }, order: { id: 'ASC' } }),
      keyOf: ({ agentId }) => agentId,
    }),
    offersOfAgent: reads.readWith((list: { first: number; statuses: OfferStatus[] | null }) => ({
      name: 'offersOfAgent',
      load: (manager, ids) => newestOf(manager, Offer, ids, list),
      keyOf: ({ agentId }) => agentId,
    })),
    assignmentsOfAgent: reads.readWith((list: { first: number; statuses: AssignmentStatus[] | null }) => ({
      name: 'assignmentsOfAgent',
      load: (manager, ids) => newestOf(manager, Assignment, ids, list),
      keyOf: ({ agentId }) => agentId,
    })),
    notificationsOfAgent: reads.readWith((list: { first: number }) => ({
      name: 'notificationsOfAgent',
      load: (manager, ids) => newestOf(manager, Notification, ids, { ...list, statuses: null }),
      keyOf: ({ agentId }) => agentId,
    })),
  };
}

export type AgentsReads = ReturnType<typeof agentsReads>;

function byId<T extends ObjectLiteral & { id: string }>(name: string, type: new () => T) {
  return {
    name,
    load: (manager: EntityManager, ids: readonly string[]): Promise<T[]> =>
      manager.createQueryBuilder(type, 'row').where('row.id = ANY(:ids)', { ids }).getMany(),
    keyOf: ({ id }: T) => id,
  };
}
