import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { OperationShape, StatusesShape, withoutRepetitions } from '../manifest/apolloManifest.ts';
import { describeIssues } from '../manifest/describeIssues.ts';

/** The key-value bucket of JetStream in which the clients of a graph are published. */
export const CLIENTS_BUCKET = 'gateway-clients';
/** How many values are kept of an entry: what was published before, for people. */
export const CLIENTS_HISTORY = 5;
/** A manifest that is larger than this when it is unpacked is none. */
const LARGEST_MANIFEST = 64 * 1024 * 1024;
/** Keys at a time: one to go over from, one to go over to. */
export const MOST_KEYS = 2;

const instant = z.iso.datetime({ offset: true });

const Key = z.object({
  prefix: z.string().regex(/^[0-9a-z]{12}$/),
  /** SHA-256 of the secret, in hex. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: instant,
  expiresAt: instant.optional(),
});

const Identity = z.object({
  // ANONYMOUS is who has neither token nor key.
  kind: z.string().regex(/^(?!ANONYMOUS$)[A-Z][A-Z0-9_]{0,31}$/),
  sub: z.string().min(1).max(256),
  scopes: z.array(z.string().regex(/^\S+$/)).default([]),
});

const ClientShape = z.object({ identity: Identity, keys: z.array(Key).max(MOST_KEYS) });

const ClientValue = ClientShape.extend({ version: z.literal(1) });

/** A file of clients by name, for a gateway that runs alone. */
const ClientsFile = z.object({ version: z.literal(1), clients: z.record(z.string(), z.unknown()) });

const ManifestValue = z.object({
  version: z.literal(1),
  client: z.string().min(1),
  identities: z.array(z.string().min(1)),
  operations: z.array(OperationShape),
  statuses: StatusesShape.optional(),
  publishedAt: instant.optional(),
});

/** A client with keys, as it is kept. */
export type StoredClient = z.infer<typeof ClientShape>;
export type StoredKey = StoredClient['keys'][number];
/** A client's manifest, as it is kept. */
export type StoredManifest = Omit<z.infer<typeof ManifestValue>, 'version'>;

/** Thrown for a value that is not what it should be. The message never has the value in it. */
export class StoredValueError extends Error {
  override readonly name = 'StoredValueError';
}

/** What an entry of the bucket is about; undefined for what is none of ours. */
export interface EntryName {
  readonly kind: 'client' | 'manifest';
  readonly name: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** Whether a client, or a folder of operations, can be called so. */
export function isClientName(name: string): boolean {
  return NAME.test(name);
}

/** The key of an entry in the bucket. */
export function entryKey({ kind, name }: EntryName): string {
  return `${kind}.${name}`;
}

export function readEntryKey(key: string): EntryName | undefined {
  const [, kind, name] = /^(client|manifest)\.([^.]+)$/.exec(key) ?? [];
  return name !== undefined && isClientName(name) ? { kind: kind as EntryName['kind'], name } : undefined;
}

export function writeClient(client: StoredClient): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, ...client }));
}

/** Throws `StoredValueError`. */
export function readClient(value: Uint8Array): StoredClient {
  const { version: _, ...client } = check(ClientValue, parseJson(Buffer.from(value).toString()));
  return client;
}

/** Throws `StoredValueError` when a file of clients is none; its entries are read one by one, by `readClientOfFile`. */
export function readClientsFile(text: string): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(check(ClientsFile, parseJson(text)).clients));
}

export function readClientOfFile(json: unknown): StoredClient {
  return check(ClientShape, json);
}

export function writeClientsFile(clients: ReadonlyMap<string, unknown>): string {
  return `${JSON.stringify({ version: 1, clients: Object.fromEntries(clients) }, null, 2)}\n`;
}

/** Packed: texts of operations are mostly repetition. */
export function writeManifest(manifest: StoredManifest): Buffer {
  return gzipSync(JSON.stringify({ version: 1, ...manifest }));
}

/** Throws `StoredValueError`. */
export async function readStoredManifest(value: Uint8Array): Promise<StoredManifest> {
  const unpacked = await promisify(gunzip)(value, { maxOutputLength: LARGEST_MANIFEST }).catch((cause: unknown) => {
    throw new StoredValueError('it cannot be unpacked', { cause });
  });
  const { version: _, ...manifest } = check(ManifestValue, parseJson(unpacked.toString()));
  try {
    return { ...manifest, operations: withoutRepetitions(manifest.operations, 'the manifest') };
  } catch (error) {
    throw new StoredValueError((error as Error).message, { cause: error });
  }
}

function check<T>(shape: z.ZodType<T>, json: unknown): T {
  const { success, data, error } = shape.safeParse(json);
  if (success) return data;
  throw new StoredValueError(describeIssues(error));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StoredValueError('it is no JSON');
  }
}
