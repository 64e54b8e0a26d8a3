import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isClientName, readClientOfFile, readClientsFile } from '@leadgraph/schema/clients';
import { MANIFEST_FILE, readManifest, readSettings } from '@leadgraph/schema/manifest';
import type { Logger } from '../log.js';
import { fileStatus } from '../watchFile.js';
import type { Manifest, WatchedClients } from './clientDirectory.js';
import { KnownClients } from './knownClients.js';

const SETTINGS_FILE = 'client.json';

export interface ClientsInFilesOptions {
  /** JSON of clients by name, with the hashes of their keys. */
  readonly clientsFile: string | undefined;
  /** A folder a client, with its `manifest.json` and `client.json`. */
  readonly operationsFolder: string | undefined;
  /** How often the files' status is looked at, which also sees files that were replaced or reached through an exchanged symbolic link. */
  readonly pollMs: number;
  readonly log: Logger;
}

/**
 * Clients in files, for a gateway that runs alone. What cannot be used is logged and leaves the state before in service, client by client; as long as a file or the folder cannot be read at all, it stays as it was.
 */
export function clientsInFiles(options: ClientsInFilesOptions): WatchedClients {
  const { clientsFile, operationsFolder, pollMs, log } = options;
  const known = new KnownClients();
  const closing = new AbortController();
  const seen = new Map<string, string>();
  let inStepAt: number | undefined;
  const running = run();

  return {
    source: 'files',
    get current() {
      return known.current;
    },
    get inStepAt() {
      return inStepAt;
    },
    onChanged: (listener) => known.onChanged(listener),
    async close() {
      closing.abort();
      await running;
    },
  };

  async function run(): Promise<void> {
    const { signal } = closing;
    while (!signal.aborted) {
      const clients =
        clientsFile === undefined || (await look(clientsFile, () => fileStatus(clientsFile), readClients));
      const manifests =
        operationsFolder === undefined ||
        (await look(operationsFolder, () => folderStatus(operationsFolder), readManifests));
      if (signal.aborted) return;
      if (clients && manifests) inStepAt = Date.now();
      // Half of it would be taken for all of it.
      if (known.current || (clients && manifests)) known.publish();
      await delay(pollMs, undefined, { signal, ref: false }).catch(() => {}); // closed meanwhile
    }
  }

  /** Reads something if its status is another one than the last time; whether it has been read as it is now. */
  async function look(
    path: string,
    statusNow: () => Promise<string>,
    read: (path: string) => Promise<void>,
  ): Promise<boolean> {
    let status: string | undefined;
    try {
      status = await statusNow();
      if (seen.get(path) === status) return true;
      await read(path);
      seen.set(path, status);
      return true;
    } catch (error) {
      // Once for each state that it is in.
      const failed = `failed: ${status}`;
      if (seen.get(path) !== failed) log.error({ err: error, path }, 'clients cannot be read; they stay as they were');
      seen.set(path, failed);
      return false;
    }
  }

  async function readClients(path: string): Promise<void> {
    const entries = readClientsFile(await readFile(path, 'utf8'));
    for (const name of known.clientNames) if (!entries.has(name)) known.removeClient(name);
    for (const [name, entry] of entries) {
      attempt(path, name, () => {
        const client = readClientOfFile(entry);
        known.setClient(name, client);
      });
    }
  }

  async function readManifests(folder: string): Promise<void> {
    const clients = await clientFolders(folder);
    for (const name of known.manifestNames) if (!clients.includes(name)) known.removeManifest(name);
    for (const client of clients) {
      const files = await readFiles(join(folder, client));
      attempt(folder, client, () => known.setManifest(manifestOf(client, files)));
    }
  }

  function attempt(path: string, client: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      log.error({ err: error, path, client }, 'a client cannot be used; it stays as it was');
    }
  }
}

type Files = readonly { readonly path: string; readonly text: string }[];

function manifestOf(client: string, files: Files): Manifest {
  const { identities, statuses } = readSettings(files);
  const written = files.find(({ path }) => path.endsWith(`/${MANIFEST_FILE}`));
  if (!written) throw new Error(`there is no ${MANIFEST_FILE}`);
  return { client, identities, operations: readManifest(written.text, written.path), statuses };
}

/** The two that matter, those that are there. */
async function readFiles(folder: string): Promise<Files> {
  const found = [];
  for (const name of [SETTINGS_FILE, MANIFEST_FILE]) {
    const path = join(folder, name);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text !== undefined) found.push({ path, text });
  }
  return found;
}

/** The folders; of others, such as Kubernetes' `..data`, nothing is expected. */
async function clientFolders(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter(isClientName).sort();
  const areFolders = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).isDirectory()));
  return names.filter((_, index) => areFolders[index]);
}

async function folderStatus(folder: string): Promise<string> {
  const clients = await clientFolders(folder);
  const files = clients.flatMap((client) => [join(folder, client, SETTINGS_FILE), join(folder, client, MANIFEST_FILE)]);
  const statuses = await Promise.all(files.map((file) => fileStatus(file).catch(() => 'missing')));
  return [...clients, ...statuses].join('\n');
}
