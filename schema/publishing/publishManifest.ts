import { readStoredManifest, type StoredManifest, writeManifest } from '../clients/storedClients.ts';
import type { ClientStore, StoredEntry } from './clientStore.ts';
import { type ManifestChanges, manifestChanges } from './manifestChanges.ts';

/** Publishes a manifest. Answers what that changed; undefined, without writing, where it says what was published already. */
export async function publishManifest(
  store: ClientStore,
  manifest: StoredManifest,
  now: number,
): Promise<ManifestChanges | undefined> {
  const entry = await store.read({ kind: 'manifest', name: manifest.client });
  // What cannot be read is replaced: that is the way to repair it.
  const changes = manifestChanges(await publishedIn(entry).catch(() => undefined), manifest);
  if (!changes) return undefined;
  await writePublished(store, manifest, entry, now);
  return changes;
}

/** Writes a manifest with the time of its publication. */
export async function writePublished(
  store: ClientStore,
  manifest: StoredManifest,
  { revision }: StoredEntry,
  now: number,
): Promise<void> {
  const value = writeManifest({ ...manifest, publishedAt: new Date(now).toISOString() });
  await store.write({ kind: 'manifest', name: manifest.client }, value, revision);
}

/** What is published, from its entry; undefined where nothing is. Rejects with `StoredValueError`. */
export async function publishedIn({ value }: StoredEntry): Promise<StoredManifest | undefined> {
  return value && (await readStoredManifest(value));
}
