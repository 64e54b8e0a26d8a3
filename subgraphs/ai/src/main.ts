import { runSubgraph, subgraphStores } from '@leadgraph/kit';
import { readAiConfig } from './config.js';
import { buildAiSchema } from './schema.js';
import { aiStore } from './store/aiDataSource.js';
import { wireAi } from './wireAi.js';

await runSubgraph(async () => {
  const { base, ai } = readAiConfig();
  return {
    name: 'ai',
    config: base,
    schema: await buildAiSchema(),
    ...subgraphStores('ai', base, aiStore),
    wire: (tools) => wireAi(tools, ai),
  };
});
