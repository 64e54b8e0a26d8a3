import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import {
  readClient,
  readClientOfFile,
  readClientsFile,
  StoredValueError,
  writeClient,
  writeClientsFile,
} from '../clients/storedClients.ts';
import type { ClientStore } from './clientStore.ts';
import { CommandFailed } from './commandFailed.ts';

/** Clients in a file, for a gateway that runs alone; a file that is not there has none. It has no manifests: these are read from their folders. */
export function openClientFile(file: string): ClientStore {
  const readText = () => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
  const text = readText();
  const clients = new Map(text === undefined ? [] : entriesOf(file, text));
  return {
    async read({ name }) {
      const entry = clients.get(name);
      return { value: entry === undefined ? undefined : storedValue(file, name, entry), revision: 0 };
    },
    async names(kind) {
      return kind === 'client' ? [...clients.keys()].sort() : [];
    },
    async write({ name }, value) {
      if (readText() !== text) {
        throw new CommandFailed(`${file} was changed by somebody else at this moment. Look at it, then try again.`);
      }
      if (value) clients.set(name, readClient(value));
      else clients.delete(name);
      // By a rename, so that nobody reads half of it.
      writeFileSync(`${file}.${process.pid}`, writeClientsFile(clients), { mode: 0o600 });
      renameSync(`${file}.${process.pid}`, file);
    },
    async close() {},
  };
}

function entriesOf(file: string, text: string): ReadonlyMap<string, unknown> {
  try {
    return readClientsFile(text);
  } catch (error) {
    throw new CommandFailed(`${file} is no file of clients: ${(error as Error).message}.`, 1, { cause: error });
  }
}

function storedValue(file: string, name: string, entry: unknown): Uint8Array {
  try {
    return writeClient(readClientOfFile(entry));
  } catch (error) {
    if (!(error instanceof StoredValueError)) throw error;
    throw new CommandFailed(`${name} in ${file} cannot be read: ${error.message}.`, 1, { cause: error });
  }
}
