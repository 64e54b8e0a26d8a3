import { foldSweeper, type SubgraphParts, type SubgraphTools } from '@leadgraph/kit';
import type { AgentsRules, AgentsSettings } from './agentsRules.js';
import { leadsConsumer } from './events/leadsConsumer.js';
import { paymentsConsumer } from './events/paymentsConsumer.js';
import { createAgentsContext } from './graphql/agentsContext.js';
import { agentsReads } from './graphql/agentsReads.js';
import { rollups } from './reports/rollups.js';
import { expireOffers } from './sweepers/expireOffers.js';
import { resendAnnouncements } from './sweepers/resendAnnouncements.js';
import { routeQueued } from './sweepers/routeQueued.js';

/** Makes the parts of the subgraph from its tools and settings. */
export function wireAgents(settings: AgentsSettings): (tools: SubgraphTools) => SubgraphParts {
  return ({ db, reads, clock }) => {
    const rules: AgentsRules = { clock, settings };
    const shared = agentsReads(reads);
    return {
      createContext: (base) => createAgentsContext(base, rules, shared),
      consumers: [leadsConsumer(rules), paymentsConsumer(rules)],
      sweepers: [
        expireOffers(db, rules),
        resendAnnouncements(db, rules),
        routeQueued(db, rules),
        foldSweeper(db, rollups),
      ],
    };
  };
}
