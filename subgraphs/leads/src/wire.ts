import { foldSweeper, type SubgraphParts, type SubgraphTools } from '@leadgraph/kit';
import type { LeadLimits } from './config.js';
import { chargeConsumer } from './events/chargeEvents.js';
import { qualificationConsumer } from './events/qualificationEvents.js';
import { routingConsumer } from './events/routingEvents.js';
import { leadsContext } from './graphql/context.js';
import { leadsReads } from './graphql/leadsReads.js';
import type { LeadsTools } from './leadsTools.js';
import { createContactHasher } from './privacy/contactHash.js';
import type { MasterKeys } from './privacy/masterKeys.js';
import { Vault } from './privacy/vault.js';
import { rollups } from './reports/rollups.js';
import { loadHashKey } from './store/keyStore.js';
import { monthPartitionsSweeper } from './sweepers/monthPartitions.js';
import { overdueLeadsSweeper } from './sweepers/overdueLeads.js';
import { rewrapKeysSweeper } from './sweepers/rewrapKeys.js';
import { staleClaimsSweeper } from './sweepers/staleClaims.js';

export interface LeadsSettings {
  masterKeys: MasterKeys;
  limits: LeadLimits;
  sweepEveryMs: number;
}

/** Puts the parts of the subgraph together once its store is there. */
export async function wireLeads(
  { db, reads, clock, log }: SubgraphTools,
  settings: LeadsSettings,
): Promise<SubgraphParts> {
  const tools: LeadsTools = {
    clock,
    vault: new Vault(settings.masterKeys),
    hasher: createContactHasher(await loadHashKey(db, settings.masterKeys)),
    limits: settings.limits,
  };
  const shared = leadsReads(reads);
  return {
    createContext: (base) => leadsContext(base, tools, shared),
    consumers: [qualificationConsumer(tools), routingConsumer(tools), chargeConsumer(tools)],
    sweepers: [
      overdueLeadsSweeper(db, tools, settings.sweepEveryMs),
      monthPartitionsSweeper(db, tools),
      staleClaimsSweeper(db, tools),
      rewrapKeysSweeper(db, tools, { everyMs: settings.sweepEveryMs, log }),
      foldSweeper(db, rollups),
    ],
  };
}
