export { eventually } from './eventually.js';
export { createTestDatabase, type TestDatabase } from './testDatabase.js';
export { testGateway } from './testGateway.js';
export { startTestSubgraph, type TestSubgraph } from './testSubgraph.js';
