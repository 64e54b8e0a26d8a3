import { createDataSource, runSubgraph } from '@leadgraph/kit';
import { readAgentsConfig } from './config.js';
import { buildAgentsSchema } from './schema.js';
import { agentsStore } from './store/agentsStore.js';
import { wireAgents } from './wireAgents.js';

await runSubgraph(async () => {
  const { base, settings } = readAgentsConfig();
  return {
    name: 'agents',
    config: base,
    schema: await buildAgentsSchema(),
    createDataSource: ({ metrics }) =>
      createDataSource({
        name: 'agents',
        url: base.databaseUrl,
        poolSize: base.databasePoolSize,
        acquireTimeoutMs: base.databaseAcquireTimeoutMs,
        mostWaiting: base.databaseMostWaiting,
        metrics,
        ...agentsStore,
      }),
    wire: wireAgents(settings),
  };
});
