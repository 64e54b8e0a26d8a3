import type { SubgraphParts, SubgraphTools } from '@leadgraph/kit';
import type { PaymentsSettings } from './config.js';
import { agentsConsumer } from './events/agentsConsumer.js';
import { leadsConsumer } from './events/leadsConsumer.js';
import { createPaymentsContext } from './graphql/paymentsContext.js';
import { paymentsReads } from './graphql/paymentsReads.js';
import type { PaymentsRules } from './paymentsRules.js';
import { expireHolds } from './sweepers/expireHolds.js';

/** Makes the parts of the subgraph from its tools and settings. */
export function wirePayments(settings: PaymentsSettings): (tools: SubgraphTools) => SubgraphParts {
  return ({ db, reads, clock }) => {
    const rules: PaymentsRules = { clock, settings };
    const shared = paymentsReads(reads);
    return {
      createContext: (base) => createPaymentsContext(base, rules, shared),
      consumers: [leadsConsumer(rules), agentsConsumer(rules)],
      sweepers: [expireHolds(db, rules)],
    };
  };
}
