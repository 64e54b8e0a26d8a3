import { setFlagsFromString } from 'node:v8';
import { readConfig } from './config.js';
import { startGateway } from './gateway.js';
import { createLogger } from './log.js';

// What outlives a request is mostly garbage by the next collection: left to itself V8 lets the old generation grow to four times what lives, which cost 60 MB
// under large responses and won nothing.
setFlagsFromString('--heap-growing-percent=50');
// Under load, requests that wait together outlive a collection, and V8 takes it that their objects should be made in the old generation: it then collects that one again and again, at twice
// the time for a large query.
setFlagsFromString('--no-allocation-site-pretenuring');

try {
  const config = readConfig();
  const gateway = await startGateway(config, createLogger({ level: config.logLevel }));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      gateway.stop().finally(() => process.exit());
    });
  }
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}

/** What the person at the keyboard can do about it, in one sentence where it is known. */
function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${address} is in use. End what uses it, or choose another by --port N or PORT.`;
  return error.name === 'ConfigError' || error.name === 'SupergraphNotLoaded' ? error.message : error;
}
