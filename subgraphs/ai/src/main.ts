import { runSubgraph } from '@leadgraph/kit';
import { readAiConfig } from './config.js';
import { buildAiSchema } from './schema.js';
import { createAiDataSource } from './store/aiDataSource.js';
import { wireAi } from './wireAi.js';

await runSubgraph(async () => {
  const { base, ai } = readAiConfig();
  return {
    name: 'ai',
    config: base,
    schema: await buildAiSchema(),
    createDataSource: ({ metrics }) =>
      createAiDataSource({
        url: base.databaseUrl,
        poolSize: base.databasePoolSize,
        acquireTimeoutMs: base.databaseAcquireTimeoutMs,
        mostWaiting: base.databaseMostWaiting,
        metrics,
      }),
    wire: (tools) => wireAi(tools, ai),
  };
});
