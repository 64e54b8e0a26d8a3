import type { PersistedOperation } from '@leadgraph/schema/manifest';
import type { Identity } from '../identity/identity.js';

/** A key by which a client authenticates itself. The secret is nowhere: only its hash is kept. */
export interface ClientKey {
  /** Public: names the key in lists, logs and commands. */
  readonly prefix: string;
  /** SHA-256 of the secret, in hex: a secret of 256 random bits needs no slow hash. */
  readonly hash: string;
  readonly createdAt: string;
  /** When the key ends, as an instant (ISO 8601); undefined where it does not. */
  readonly expiresAt?: string | undefined;
}

/** A client with keys of its own, and who it is when it calls. */
export interface KeyedClient {
  readonly identity: Identity;
  /** At most two, so that a client can go over from one to the other. */
  readonly keys: readonly ClientKey[];
}

/** What a client has been promised: its operations by id. */
export interface Manifest {
  /** The client's name, that of its folder in `schema/operations`. */
  readonly client: string;
  /** Whose it is: kinds of identities (`PARTNER`) and single ones (`PARTNER:acme`). */
  readonly identities: readonly string[];
  readonly operations: readonly PersistedOperation[];
  /** HTTP statuses for codes of errors, for the operations that have routes. */
  readonly statuses?: Readonly<Record<string, number>> | undefined;
  readonly publishedAt?: string | undefined;
}

/** All that is known of clients at one moment. */
export interface ClientSnapshot {
  /** By the prefix of a key. */
  readonly clientsByPrefix: ReadonlyMap<string, KeyedClient>;
  /** By the client's name. */
  readonly manifests: ReadonlyMap<string, Manifest>;
}

/** Where clients' keys and manifests are, for one process of the gateway: follows what is published without a restart. */
export interface ClientDirectory {
  /** Undefined until it has been read for the first time. */
  readonly current: ClientSnapshot | undefined;
  /** Calls the listener with each new snapshot. Answers how to stop that. */
  onChanged(listener: (snapshot: ClientSnapshot, before: ClientSnapshot | undefined) => void): () => void;
  close(): Promise<void>;
}

/** A directory that can be told on: for metrics and health. */
export interface WatchedClients extends ClientDirectory {
  readonly source: 'nats' | 'files';
  /** When it was last known to have what is published, in milliseconds since 1970; undefined before it has been read. */
  readonly inStepAt: number | undefined;
}

/** Waits until a directory has been read, or for a time: with its source away the rest is served. */
export async function whenRead(directory: ClientDirectory, longestMs: number): Promise<void> {
  if (directory.current) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = directory.onChanged(() => resolve());
  const timer = setTimeout(resolve, longestMs);
  await promise;
  clearTimeout(timer);
  stop();
}

/** Whether a manifest is an identity's. */
export function isManifestOf({ identities }: Manifest, { kind, sub }: Identity): boolean {
  return identities.includes(kind) || identities.includes(`${kind}:${sub}`);
}
