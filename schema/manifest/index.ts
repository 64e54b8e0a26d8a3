export { readApolloManifest, writeApolloManifest } from './apolloManifest.ts';
export {
  type ClientFile,
  type ClientSettings,
  clientManifest,
  readSettings,
  type SourcedOperation,
} from './clientManifest.ts';
export { readCodegenDocuments, readRelayDocuments } from './hashedDocuments.ts';
export {
  ManifestError,
  type OperationType,
  operationId,
  operationTypes,
  type PersistedOperation,
  printBody,
  type Route,
  routeMethods,
} from './persistedOperation.ts';
export { MANIFEST_FILE, OPERATIONS_FOLDER, readClients } from './readClients.ts';
export { readManifest } from './readManifest.ts';
