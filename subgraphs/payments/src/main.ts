import { createDataSource, runSubgraph } from '@leadgraph/kit';
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
    createDataSource: ({ metrics }) =>
      createDataSource({
        name: 'payments',
        url: base.databaseUrl,
        poolSize: base.databasePoolSize,
        acquireTimeoutMs: base.databaseAcquireTimeoutMs,
        mostWaiting: base.databaseMostWaiting,
        metrics,
        ...paymentsStore,
      }),
    wire: wirePayments(settings),
  };
});
