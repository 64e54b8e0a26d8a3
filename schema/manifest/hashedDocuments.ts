import { z } from 'zod';
import { describeIssues } from './describeIssues.ts';
import { ManifestError, onlyOperation, type PersistedOperation, parseDocument } from './persistedOperation.ts';

/** Text by hash. Both Relay's compiler and GraphQL Code Generator write this, with whatever hash they are set to. */
const HashedDocuments = z.record(z.string().min(1), z.string().min(1));

/** Reads the `persisted_documents.json` of Relay's compiler (`persistConfig.file`), from its JSON. Throws `ManifestError`. */
export function readRelayDocuments(json: unknown, where = 'persisted_documents.json'): PersistedOperation[] {
  return readHashedDocuments(json, where);
}

/** Reads the `persisted-documents.json` of GraphQL Code Generator's client preset (`persistedDocuments`), from its JSON. Throws `ManifestError`. */
export function readCodegenDocuments(json: unknown, where = 'persisted-documents.json'): PersistedOperation[] {
  return readHashedDocuments(json, where);
}

function readHashedDocuments(json: unknown, where: string): PersistedOperation[] {
  const { success, data, error } = HashedDocuments.safeParse(json);
  if (!success) throw new ManifestError(`${where} is no list of documents by their hash: ${describeIssues(error)}`);
  return Object.entries(data).map(([id, body]) => {
    const place = `${where}, ${id}`;
    const { name, operation: type } = onlyOperation(parseDocument(body, place), place);
    // The body stays as it is written: the id is its hash, and the client has it from there.
    return { id, body, name: name.value, type };
  });
}
