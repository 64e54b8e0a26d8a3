import type { LeadFacts } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { LeadsTools } from '../leadsTools.js';
import { readSourceAndSuppressions } from '../store/factSourcesStore.js';
import { readConsent } from '../store/leadStore.js';
import type { LeadRow } from '../store/leadTable.js';
import { leadFacts } from './leadFacts.js';

/** The facts of a stored lead as they are now. Throws for a lead that has no person (rejected or erased). */
export async function readFacts(tools: LeadsTools, tx: EntityManager, lead: LeadRow): Promise<LeadFacts> {
  const person = tools.vault.open(lead);
  const consent = await readConsent(tx, lead.id);
  if (!person || !consent) throw new Error(`lead ${lead.id} keeps no person`);
  const known = await readSourceAndSuppressions(tx, lead, tools.limits.qualityNeeds);
  return leadFacts({ lead, person, consent, ...known });
}
