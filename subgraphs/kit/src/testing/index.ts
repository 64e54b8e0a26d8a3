export { eventually } from './eventually.js';
export { type ForgedToken, forgedTokens } from './forgedTokens.js';
export { faultsOf, type PlanLimits, pageFaults, planFaults } from './planFaults.js';
export { plansOf, readRows, readTables, type StatementPlan, scannedWhole, sortedRows } from './plansOf.js';
export { numberedId, numberedIdSql, timedId } from './rowIds.js';
export { type StandInReplica, standInReplica } from './standInReplica.js';
export { createTestDatabase, type TestDatabase } from './testDatabase.js';
export { type TestGateway, testGateway } from './testGateway.js';
export { type GraphQLAnswer, startTestSubgraph, type TestSubgraph } from './testSubgraph.js';
