import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hashSecret, makeClientKey, readClientKey } from '../clients/clientKey.ts';
import { readClient, type StoredKey, writeClient } from '../clients/storedClients.ts';
import { readClients } from '../manifest/readClients.ts';
import { clientPromise } from './clientPromise.ts';
import type { ClientStore } from './clientStore.ts';
import { CommandFailed } from './commandFailed.ts';
import { keyUntil, newPartner } from './partnerKeys.ts';
import { publishManifest } from './publishManifest.ts';

/** Publishes what the clients of a project have been promised, each by itself. Not checked against the supergraph: for the local stack, where the tests do that. Gives what could not be published. */
export async function publishAll(store: ClientStore, root: string, now: number): Promise<string[]> {
  const problems = [];
  for (const [client, files] of readClients(root)) {
    try {
      await publishManifest(store, clientPromise(client, files).manifest, now);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      problems.push(error.message);
    }
  }
  return problems;
}

/**
 * Sees to it that there is a partner whose key stands in a file, and makes both when they are not there. Answers the key; undefined where there is such a partner with other keys: somebody has changed
 * them on purpose.
 */
export async function providePartner(
  store: ClientStore,
  name: string,
  keyFile: string,
  now: number,
): Promise<string | undefined> {
  const key = keyIn(keyFile) ?? makeKeyFile(keyFile);
  const parts = readClientKey(key);
  if (!parts) throw new CommandFailed(`${keyFile} has no key of a client in it. Delete it; it is made anew.`);
  const stored: Pick<StoredKey, 'prefix' | 'hash'> = {
    prefix: parts.prefix,
    hash: hashSecret(parts.secret).toString('hex'),
  };
  const { value, revision } = await store.read({ kind: 'client', name });
  if (value) return readClient(value).keys.some(({ hash }) => hash === stored.hash) ? key : undefined;
  const partner = newPartner(name, [], keyUntil(stored, now, undefined));
  await store.write({ kind: 'client', name }, writeClient(partner), revision);
  return key;
}

function keyIn(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** By a rename, so that a kill leaves the whole file or none. */
function makeKeyFile(file: string): string {
  const { key } = makeClientKey();
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${key}\n`, { mode: 0o600 });
  renameSync(unfinished, file);
  return key;
}
