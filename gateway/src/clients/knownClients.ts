import { isDeepStrictEqual } from 'node:util';
import type { ClientSnapshot, KeyedClient, Manifest } from './clientDirectory.js';

type Listener = (snapshot: ClientSnapshot, before: ClientSnapshot | undefined) => void;

/**
 * What is known of clients, put together from entries that come one by one. What did not change stays the same object from one snapshot to the next, identities above all: what is shared between the requests of an
 * identity hangs on them.
 */
export class KnownClients {
  current: ClientSnapshot | undefined;
  private readonly clients = new Map<string, KeyedClient>();
  private readonly manifests = new Map<string, Manifest>();
  private readonly listeners = new Set<Listener>();

  setClient(name: string, client: KeyedClient): void {
    const before = this.clients.get(name);
    if (isDeepStrictEqual(before, client)) return;
    const identity = before && isDeepStrictEqual(before.identity, client.identity) ? before.identity : client.identity;
    this.clients.set(name, { identity, keys: client.keys });
  }

  setManifest(manifest: Manifest): void {
    if (!isDeepStrictEqual(this.manifests.get(manifest.client), manifest))
      this.manifests.set(manifest.client, manifest);
  }

  removeClient(name: string): void {
    this.clients.delete(name);
  }

  removeManifest(client: string): void {
    this.manifests.delete(client);
  }

  get clientNames(): readonly string[] {
    return [...this.clients.keys()];
  }

  get manifestNames(): readonly string[] {
    return [...this.manifests.keys()];
  }

  /** Makes what has been set since the last time known, if it is something else. */
  publish(): void {
    const before = this.current;
    const clientsByPrefix = new Map(
      [...this.clients.values()].flatMap((client) => client.keys.map(({ prefix }) => [prefix, client] as const)),
    );
    const manifests = new Map(this.manifests);
    if (before && sameEntries(before.clientsByPrefix, clientsByPrefix) && sameEntries(before.manifests, manifests))
      return;
    const snapshot = { clientsByPrefix, manifests };
    this.current = snapshot;
    for (const listener of this.listeners) listener(snapshot, before);
  }

  onChanged(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function sameEntries<T>(one: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}
