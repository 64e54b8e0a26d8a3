import { DomainError, emit, isUniqueViolation, notFound, uuidv7 } from '@leadgraph/kit';
import { type EntityManager, In } from 'typeorm';
import type { AgentsRules } from '../agentsRules.js';
import type { RegisterAgentInput } from '../graphql/agentInputs.js';
import { Agency } from '../store/agency.js';
import { Agent } from '../store/agent.js';
import { insertAgents, insertLicenses } from '../store/marketStore.js';
import { createCampaigns } from './createCampaigns.js';
import { licenseRows } from './licenseRows.js';

/**
 * Registers agents with their licences and campaigns, all or none, in a few statements however many they are. Payments opens their wallets.
 * Errors: NOT_FOUND (agency), AGENT_EXISTS.
 */
export async function registerAgents(
  tx: EntityManager,
  inputs: readonly RegisterAgentInput[],
  { clock }: AgentsRules,
): Promise<string[]> {
  await requireAgencies(tx, inputs);
  await refuseKnown(tx, inputs);
  const now = clock.now();
  const registered = inputs.map((input) => ({ id: uuidv7(), input }));
  try {
    await insertAgents(
      tx,
      registered.map(({ id, input }) => ({
        id,
        npn: input.npn,
        name: input.name,
        email: input.email,
        phone: input.phone,
        agencyId: input.agencyId,
        carriers: input.carriers ?? [],
        timeZone: input.timeZone,
        status: input.status ?? 'ACTIVE',
        availability: input.availability ?? 'AVAILABLE',
        version: 1,
        createdAt: now,
      })),
    );
  } catch (error) {
    if (isUniqueViolation(error, 'agent_npn')) throw agentExists(inputs.map(({ npn }) => npn));
    throw error;
  }
  await insertLicenses(
    tx,
    registered.flatMap(({ id, input }) => licenseRows(id, input.licenses ?? [])),
  );
  const campaigns = await createCampaigns(
    tx,
    registered.flatMap(({ id, input }) =>
      (input.campaigns ?? []).map((campaign) => ({ agentId: id, input: campaign })),
    ),
    now,
  );
  for (const { id, input } of registered) {
    await emit(tx, {
      type: 'agents.agent.registered',
      partitionKey: id,
      entities: [
        { __typename: 'Agent', key: id, version: now.getTime() },
        { __typename: 'Agency', key: input.agencyId, version: now.getTime() },
        ...campaigns
          .filter(({ agentId }) => agentId === id)
          .map((campaign) => ({ __typename: 'Campaign', key: campaign.id, version: campaign.version })),
      ],
      payload: { agentId: id, agencyId: input.agencyId },
      occurredAt: now,
    });
  }
  return registered.map(({ id }) => id);
}

/** NOT_FOUND for the first agency that does not exist. */
export async function requireAgencies(tx: EntityManager, inputs: readonly { agencyId: string }[]): Promise<void> {
  const ids = [...new Set(inputs.map(({ agencyId }) => agencyId))];
  const known = await tx.getRepository(Agency).findBy({ id: In(ids) });
  const missing = ids.find((id) => !known.some((agency) => agency.id === id));
  if (missing !== undefined) throw notFound('Agency', missing);
}

async function refuseKnown(tx: EntityManager, inputs: readonly RegisterAgentInput[]): Promise<void> {
  const npns = inputs.map(({ npn }) => npn);
  const repeated = npns.find((npn, index) => npns.indexOf(npn) !== index);
  const known = await tx.getRepository(Agent).findBy({ npn: In(npns) });
  const taken = [...known.map(({ npn }) => npn), ...(repeated === undefined ? [] : [repeated])];
  if (taken.length > 0) throw agentExists(taken);
}

function agentExists(npns: readonly string[]): DomainError {
  return new DomainError(
    'AGENT_EXISTS',
    `An agent with this NPN exists: ${npns.slice(0, 5).join(', ')}. Use updateAgent to change it.`,
    { field: 'npn', details: { npns } },
  );
}
