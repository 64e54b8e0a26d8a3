import { createListLoader, createLoader, type SharedRead } from '@leadgraph/kit';
import type DataLoader from 'dataloader';
import type { AgentsReads } from './agentsReads.js';

/** The data loaders of one request: any list costs one statement per type and level, however many parents it has. */
export function createAgentsLoaders(reads: AgentsReads) {
  return {
    agencies: createLoader(reads.agencies),
    agents: createLoader(reads.agents),
    campaigns: createLoader(reads.campaigns),
    offers: createLoader(reads.offers),
    assignments: createLoader(reads.assignments),
    assignmentOfOffer: createLoader(reads.assignmentOfOffer),
    routings: createLoader(reads.routings),
    roundsOfLead: createListLoader(reads.roundsOfLead),
    offersOfLead: createListLoader(reads.offersOfLead),
    licensesOfAgent: createListLoader(reads.licensesOfAgent),
    campaignsOfAgent: createListLoader(reads.campaignsOfAgent),
    offersOfAgent: perArguments(reads.offersOfAgent),
    assignmentsOfAgent: perArguments(reads.assignmentsOfAgent),
    notificationsOfAgent: perArguments(reads.notificationsOfAgent),
  };
}

export type AgentsLoaders = ReturnType<typeof createAgentsLoaders>;

/** A loader for each combination of arguments that a field is selected with; two aliases with other arguments are two lists. */
function perArguments<A, V>(read: (list: A) => SharedRead<V>): (list: A) => DataLoader<string, V[]> {
  const made = new Map<string, DataLoader<string, V[]>>();
  return (list) => {
    const key = JSON.stringify(list);
    const loader = made.get(key) ?? createListLoader(read(list));
    made.set(key, loader);
    return loader;
  };
}
