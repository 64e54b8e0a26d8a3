import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Vite would take graphql's ES module build, mercurius takes the CommonJS one: two realms, which graphql refuses.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
    conditions: ['leadgraph-source'],
  },
  ssr: { resolve: { conditions: ['leadgraph-source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '.leadgraph/**'],
    globalSetup: ['infra/stack/src/testServices.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
  },
});
