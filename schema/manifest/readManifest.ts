import { readApolloManifest } from './apolloManifest.ts';
import { readCodegenDocuments, readRelayDocuments } from './hashedDocuments.ts';
import { ManifestError, type PersistedOperation } from './persistedOperation.ts';

/** What a client's own tools write, by the name that the file has by default. */
export const manifestReaders: Readonly<Record<string, (json: unknown, where?: string) => PersistedOperation[]>> = {
  'persisted-query-manifest.json': readApolloManifest,
  'persisted_documents.json': readRelayDocuments,
  'persisted-documents.json': readCodegenDocuments,
};

/**
 * Reads a manifest of any of the formats: Apollo's is known by its `format`, anything else is taken for documents by their hash. Throws `ManifestError`, whose message
 * names the manifest as `where` does.
 */
export function readManifest(text: string, where: string): PersistedOperation[] {
  const json = parseJson(text, where);
  const isApollos = typeof json === 'object' && json !== null && 'format' in json;
  return isApollos ? readApolloManifest(json, where) : readRelayDocuments(json, where);
}

/** Throws `ManifestError`. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ManifestError(`${where} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}
