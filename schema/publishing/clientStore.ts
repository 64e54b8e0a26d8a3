import { connect, NatsError } from 'nats';
import { CLIENTS_BUCKET, CLIENTS_HISTORY, type EntryName, entryKey, readEntryKey } from '../clients/storedClients.ts';
import { CommandFailed } from './commandFailed.ts';

const LOCAL_NATS = 'nats://127.0.0.1:4232';
/** JetStream's `err_code` for an entry that is at another revision than was said. */
const WRONG_LAST_SEQUENCE = 10_071;
/** What a message has besides its value: subject and headers. */
const SPARE_BYTES = 1024;

/** What is kept of an entry. */
export interface StoredEntry {
  /** Undefined where there is none, or no more. */
  readonly value: Uint8Array | undefined;
  /** To be given when it is written: it must not have changed in between. */
  readonly revision: number;
}

/** Where clients are published. All reject with `CommandFailed`. */
export interface ClientStore {
  read(entry: EntryName): Promise<StoredEntry>;
  /** The names of all entries of a kind, in order. */
  names(kind: EntryName['kind']): Promise<string[]>;
  /** Writes an entry, or takes it away, if it is still at the revision that was read. */
  write(entry: EntryName, value: Uint8Array | undefined, revision: number): Promise<void>;
  close(): Promise<void>;
}

/** Where the store is, from the environment: NATS_URL, else the local stack's, and CLIENTS_BUCKET. */
export function storeAddress(env: NodeJS.ProcessEnv): { readonly url: string; readonly bucket: string } {
  return { url: env.NATS_URL || LOCAL_NATS, bucket: env.CLIENTS_BUCKET || CLIENTS_BUCKET };
}

/** Opens the bucket in NATS, and makes it when it is not there. */
export async function openClientStore({ url, bucket }: { url: string; bucket: string }): Promise<ClientStore> {
  const servers = url.split(',');
  const nats = await connect({ servers, name: 'clients', timeout: 3_000, maxReconnectAttempts: 3 }).catch((cause) => {
    throw new CommandFailed(
      `NATS cannot be reached at ${url}. Start it, or give its address by --nats or NATS_URL.`,
      1,
      {
        cause,
      },
    );
  });
  const asked = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause: unknown) => {
      throw new CommandFailed(`NATS at ${url} did not do it: ${cause instanceof Error ? cause.message : cause}`, 1, {
        cause,
      });
    });
  try {
    const kv = await asked(nats.jetstream().views.kv(bucket, { history: CLIENTS_HISTORY }));
    return {
      async read(entry) {
        const found = await asked(kv.get(entryKey(entry)));
        if (!found) return { value: undefined, revision: 0 };
        return { value: found.operation === 'PUT' ? found.value : undefined, revision: found.revision };
      },
      async names(kind) {
        const names = [];
        for await (const key of await asked(kv.keys(`${kind}.*`))) names.push(readEntryKey(key)?.name ?? []);
        return names.flat().sort();
      },
      async write(entry, value, revision) {
        const most = (nats.info?.max_payload ?? Number.POSITIVE_INFINITY) - SPARE_BYTES;
        if (value && value.length > most) {
          throw new CommandFailed(
            `${entry.name}: packed it has ${value.length} bytes, and NATS takes ${most} in one message. Raise max_payload in its configuration, or split the client in two.`,
          );
        }
        const key = entryKey(entry);
        const writing = value
          ? kv.put(key, value, { previousSeq: revision })
          : // Not `purge`: what was there before stays in the history.
            kv.delete(key, { previousSeq: revision });
        await writing.catch((error: unknown) => {
          if (error instanceof NatsError && error.api_error?.err_code === WRONG_LAST_SEQUENCE) {
            throw new CommandFailed(
              `${entry.name} was changed by somebody else at this moment. Look at it, then try again.`,
            );
          }
          return asked(Promise.reject(error));
        });
      },
      close: () => nats.close(),
    };
  } catch (error) {
    await nats.close();
    throw error;
  }
}
