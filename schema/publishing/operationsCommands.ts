import { parseArgs } from 'node:util';
import { isClientName, type StoredManifest, StoredValueError } from '../clients/storedClients.ts';
import { OPERATIONS_FOLDER, readClients } from '../manifest/readClients.ts';
import { checkAgainstSupergraph, clientPromise } from './clientPromise.ts';
import type { ClientStore, StoredEntry } from './clientStore.ts';
import { CommandFailed } from './commandFailed.ts';
import { describeChanges } from './manifestChanges.ts';
import type { CommandSurroundings } from './partnersCommand.ts';
import { publishedIn, publishManifest, writePublished } from './publishManifest.ts';

interface Values {
  readonly all?: boolean;
  readonly nats?: string;
  readonly json?: boolean;
}

type Surroundings = CommandSurroundings & {
  /** The project. */
  readonly root: string;
};

/** `npm run operations -- publish CLIENT|--all`. Everything is checked before anything is published. Rejects with `CommandFailed`. */
export async function publishCommand(words: readonly string[], surroundings: Surroundings): Promise<boolean> {
  const read = readWords(words);
  if (!read || (read.values.all === true) === read.positionals.length > 0) return false;
  const { root, print, now } = surroundings;
  const clients = readClients(root);
  const chosen = read.values.all ? [...clients.keys()] : read.positionals;
  const promises = chosen.map((client) => {
    const files = clients.get(client);
    if (files && isClientName(client)) return clientPromise(client, files);
    throw new CommandFailed(`There is no client ${client} in ${OPERATIONS_FOLDER}.`);
  });
  await checkAgainstSupergraph(
    root,
    promises.flatMap(({ sources }) => sources),
  );
  await withStore(read.values, surroundings, async (store) => {
    for (const { manifest } of promises) {
      const changes = await publishManifest(store, manifest, now());
      const { client, operations } = manifest;
      if (read.values.json) print(JSON.stringify({ client, operations: operations.length, changes: changes ?? null }));
      else if (!changes) print(`${client}: nothing has changed, ${operations.length} operations`);
      else print([`${client}: published, ${operations.length} operations`, ...describeChanges(changes)].join('\n'));
      if (manifest.identities.length === 0 && !read.values.json)
        print(`  nobody may run them: ${OPERATIONS_FOLDER}/${client}/client.json has no identities`);
    }
  });
  return true;
}

/** `npm run operations -- list [CLIENT]`. */
export async function listCommand(words: readonly string[], surroundings: Surroundings): Promise<boolean> {
  const read = readWords(words);
  if (!read || read.values.all || read.positionals.length > 1) return false;
  const { print } = surroundings;
  const [wanted] = read.positionals;
  await withStore(read.values, surroundings, async (store) => {
    const clients = wanted === undefined ? await store.names('manifest') : [wanted];
    for (const client of clients) {
      const { manifest } = await published(store, client);
      if (read.values.json) {
        const { operations, ...rest } = manifest;
        const shown = operations.map(({ id, name, type, route }) => ({ id, name, type, route }));
        print(JSON.stringify({ ...rest, operations: wanted === undefined ? operations.length : shown }));
        continue;
      }
      const whose = manifest.identities.join(', ') || 'nobody';
      print(`${client}  ${manifest.operations.length} operations for ${whose}, published ${manifest.publishedAt}`);
      if (wanted === undefined) continue;
      for (const { id, name, type, route } of manifest.operations)
        print(`  ${type.padEnd(12)} ${name}${route ? `  ${route.method} ${route.path}` : ''}  ${id}`);
    }
    if (clients.length === 0 && !read.values.json) print('Nothing is published. Do it by "publish --all".');
  });
  return true;
}

/** `npm run operations -- retire CLIENT [OPERATION_NAME …]`. */
export async function retireCommand(words: readonly string[], surroundings: Surroundings): Promise<boolean> {
  const read = readWords(words);
  const [client, ...names] = read?.positionals ?? [];
  if (!read || read.values.all || client === undefined) return false;
  const { print, now } = surroundings;
  await withStore(read.values, surroundings, async (store) => {
    const { manifest, entry } = await published(store, client);
    const unknown = names.filter((name) => !manifest.operations.some((each) => each.name === name));
    if (unknown.length > 0) throw new CommandFailed(`${client} has no published operation ${unknown.join(', ')}.`);
    const retired = manifest.operations.filter(({ name }) => names.length === 0 || names.includes(name));
    const left = manifest.operations.filter((each) => !retired.includes(each));
    if (names.length === 0) await store.write({ kind: 'manifest', name: client }, undefined, entry.revision);
    else await writePublished(store, { ...manifest, operations: left }, entry, now());
    const shown = [...new Set(retired.map(({ name }) => name))];
    if (read.values.json) print(JSON.stringify({ client, retired: shown, operations: left.length }));
    else print([`${client}: ${left.length} operations left`, ...shown.map((name) => `  - ${name}`)].join('\n'));
  });
  return true;
}

async function published(
  store: ClientStore,
  client: string,
): Promise<{ readonly manifest: StoredManifest; readonly entry: StoredEntry }> {
  if (!isClientName(client)) throw new CommandFailed(`"${client}" is no name of a client.`, 2);
  const entry = await store.read({ kind: 'manifest', name: client });
  const manifest = await publishedIn(entry).catch((error: unknown) => {
    if (!(error instanceof StoredValueError)) throw error;
    throw new CommandFailed(`What is published of ${client} cannot be read: ${error.message}. Publish it again.`);
  });
  if (manifest) return { manifest, entry };
  throw new CommandFailed(`Nothing is published of ${client}.`);
}

async function withStore(
  { nats }: Values,
  { open }: CommandSurroundings,
  work: (store: ClientStore) => Promise<void>,
): Promise<void> {
  const store = await open(nats);
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

/** Undefined where the words cannot be understood. */
function readWords(words: readonly string[]): { values: Values; positionals: string[] } | undefined {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { all: { type: 'boolean' }, nats: { type: 'string' }, json: { type: 'boolean' } },
    });
  } catch {
    return undefined;
  }
}
