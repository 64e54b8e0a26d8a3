// Hive Gateway with nothing switched on besides what it shares between requests in flight.
import { defineConfig } from '@graphql-hive/gateway';

const sharing = process.env.PERF_SHARING;

export const gatewayConfig = defineConfig({
  logging: 'warn',
  graphiql: false,
  landingPage: false,
  // Its own default is to share fetches and not to share requests.
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: sharing !== 'nothing' } } },
  inboundInflightRequestDeduplication: sharing === 'requests',
});
