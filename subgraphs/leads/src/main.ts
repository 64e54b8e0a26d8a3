import { createDataSource, runSubgraph } from '@leadgraph/kit';
import { readLeadsConfig } from './config.js';
import { buildLeadsSchema } from './schema.js';
import { leadsStore } from './store/leadsStore.js';
import { wireLeads } from './wire.js';

await runSubgraph(async () => {
  const config = readLeadsConfig();
  return {
    name: 'leads',
    config: config.base,
    schema: await buildLeadsSchema(),
    createDataSource: ({ metrics }) =>
      createDataSource({
        ...leadsStore,
        url: config.base.databaseUrl,
        name: 'leads',
        poolSize: config.base.databasePoolSize,
        acquireTimeoutMs: config.base.databaseAcquireTimeoutMs,
        mostWaiting: config.base.databaseMostWaiting,
        metrics,
      }),
    createReplica: ({ metrics }) =>
      config.base.replicaUrl === undefined
        ? undefined
        : createDataSource({
            ...leadsStore,
            url: config.base.replicaUrl,
            name: 'leads',
            poolSize: config.base.databasePoolSize,
            acquireTimeoutMs: config.base.databaseAcquireTimeoutMs,
            metrics,
          }),
    wire: (tools) => wireLeads(tools, config),
  };
});
