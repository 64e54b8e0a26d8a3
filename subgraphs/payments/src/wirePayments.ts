import type { SubgraphParts, SubgraphTools } from '@leadgraph/kit';
import type { PaymentsSettings } from './config.js';
import { agentsConsumer } from './events/agentsConsumer.js';
import { leadsConsumer } from './events/leadsConsumer.js';
import { createPaymentsContext } from './graphql/paymentsContext.js';
import type { PaymentsRules } from './paymentsRules.js';
import { expireHolds } from './sweepers/expireHolds.js';

/** Makes the parts of the subgraph from its tools and settings. */
export function wirePayments(settings: PaymentsSettings): (tools: SubgraphTools) => SubgraphParts {
  return ({ db, clock }) => {
    const rules: PaymentsRules = { clock, settings };
    return {
      createContext: (base) => createPaymentsContext(base, rules),
      consumers: [leadsConsumer(rules), agentsConsumer(rules)],
      sweepers: [expireHolds(db, rules)],
    };
  };
}
