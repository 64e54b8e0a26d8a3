export { readApolloManifest, writeApolloManifest } from './apolloManifest.ts';
export { readCodegenDocuments, readRelayDocuments } from './hashedDocuments.ts';
export {
  ManifestError,
  type OperationType,
  operationId,
  operationTypes,
  type PersistedOperation,
  printBody,
} from './persistedOperation.ts';
export { readManifest } from './readManifest.ts';
