import { runSubgraph, subgraphStores } from '@leadgraph/kit';
import { readPaymentsConfig } from './config.js';
import { buildPaymentsSchema } from './schema.js';
import { paymentsStore } from './store/paymentsStore.js';
import { wirePayments } from './wirePayments.js';

await runSubgraph(async () => {
  const { base, settings } = readPaymentsConfig();
  return {
    name: 'payments',
    config: base,
    schema: await buildPaymentsSchema(),
    ...subgraphStores('payments', base, paymentsStore),
    wire: wirePayments(settings),
  };
});
