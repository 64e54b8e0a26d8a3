import { runSubgraph, subgraphStores } from '@leadgraph/kit';
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
    ...subgraphStores('leads', config.base, leadsStore),
    wire: (tools) => wireLeads(tools, config),
  };
});
