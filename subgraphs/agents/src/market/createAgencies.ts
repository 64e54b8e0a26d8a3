import { DomainError, isUniqueViolation, uuidv7 } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import type { AgentsRules } from '../agentsRules.js';
import type { AgencyInput } from '../graphql/agentInputs.js';
import { findAgenciesByName, insertAgencies } from '../store/marketStore.js';

/** Makes agencies, all or none. AGENCY_EXISTS names the id of the one that has the legal name already. */
export async function createAgencies(
  tx: EntityManager,
  inputs: readonly AgencyInput[],
  { clock }: AgentsRules,
): Promise<string[]> {
  const names = inputs.map(({ legalName }) => legalName.trim());
  const [known] = await findAgenciesByName(tx, names);
  if (known) throw agencyExists(known.legalName, known.id);
  const createdAt = clock.now();
  const agencies = names.map((legalName) => ({ id: uuidv7(), legalName, version: 1, createdAt }));
  try {
    await insertAgencies(tx, agencies);
  } catch (error) {
    if (isUniqueViolation(error, 'agency_legal_name')) throw agencyExists(names.join(', '), null);
    throw error;
  }
  return agencies.map(({ id }) => id);
}

function agencyExists(legalName: string, agencyId: string | null): DomainError {
  return new DomainError('AGENCY_EXISTS', `An agency named "${legalName}" exists. Use it, or choose another name.`, {
    field: 'legalName',
    details: { agencyId },
  });
}
