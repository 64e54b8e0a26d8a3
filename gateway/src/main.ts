import { readConfig } from './config.js';
import { startGateway } from './gateway.js';
import { createLogger } from './log.js';

try {
  const config = readConfig();
  const gateway = await startGateway(config, createLogger({ level: config.logLevel }));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      gateway.stop().finally(() => process.exit());
    });
  }
} catch (error) {
  const expected = error instanceof Error && (error.name === 'ConfigError' || error.name === 'SupergraphNotLoaded');
  console.error(expected ? error.message : error);
  process.exit(1);
}
