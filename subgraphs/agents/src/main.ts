import { runSubgraph, subgraphStores } from '@leadgraph/kit';
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
    ...subgraphStores('agents', base, agentsStore),
    wire: wireAgents(settings),
  };
});
