import { emit, isUuid, notFound } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import type { AgentsRules } from '../agentsRules.js';
import type { UpdateAgentInput } from '../graphql/agentInputs.js';
import { Agent } from '../store/agent.js';
import { License } from '../store/license.js';
import { insertLicenses } from '../store/marketStore.js';
import { licenseRows } from './licenseRows.js';
import { requireAgencies } from './registerAgents.js';

/** Changes an agent; what was left out stays, licences that are given replace all. NOT_FOUND for an unknown agent or agency. */
export async function updateAgent(
  tx: EntityManager,
  id: string,
  input: UpdateAgentInput,
  { clock }: AgentsRules,
): Promise<Agent> {
  const repository = tx.getRepository(Agent);
  const agent = isUuid(id) ? await repository.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } }) : null;
  if (!agent) throw notFound('Agent', id);
  if (input.agencyId != null) await requireAgencies(tx, [{ agencyId: input.agencyId }]);
  agent.name = input.name ?? agent.name;
  agent.email = input.email ?? agent.email;
  agent.phone = input.phone ?? agent.phone;
  agent.agencyId = input.agencyId ?? agent.agencyId;
  agent.carriers = input.carriers ?? agent.carriers;
  agent.timeZone = input.timeZone ?? agent.timeZone;
  agent.status = input.status ?? agent.status;
  agent.availability = input.availability ?? agent.availability;
  agent.version += 1;
  await repository.save(agent);
  if (input.licenses) {
    await tx.getRepository(License).delete({ agentId: id });
    await insertLicenses(tx, licenseRows(id, input.licenses));
  }
  const now = clock.now();
  await emit(tx, {
    type: 'agents.agent.changed',
    partitionKey: id,
    entities: [{ __typename: 'Agent', key: id, version: now.getTime() }],
    payload: { agentId: id, status: agent.status },
    occurredAt: now,
  });
  return agent;
}
