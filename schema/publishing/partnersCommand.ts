import { parseArgs } from 'node:util';
import { makeClientKey } from '../clients/clientKey.ts';
import {
  isClientName,
  readClient,
  type StoredClient,
  type StoredKey,
  StoredValueError,
  writeClient,
} from '../clients/storedClients.ts';
import { openClientFile } from './clientFile.ts';
import type { ClientStore, StoredEntry } from './clientStore.ts';
import { CommandFailed } from './commandFailed.ts';
import { isLive, keyUntil, newPartner, rotateKey, withoutKey } from './partnerKeys.ts';
import { readTimeSpan, writeTimeSpan } from './timeSpan.ts';

export const PARTNERS_USAGE = `npm run partners -- COMMAND [--nats URL | --file FILE] [--json]

  add NAME [--scopes a,b] [--expires 90d]   makes a partner and prints its key, which is shown this once
  list                                      partners with the prefixes, ages and ends of their keys
  rotate NAME [--keep 7d] [--expires 90d]   prints one more key; the one before works for 7 days more, or as said (0: ends now)
  revoke NAME [--key PREFIX]                takes the partner away with all its keys, or one key

Time spans: 30m, 12h, 90d. What is changed holds in all gateways within a second. NATS is found by --nats, NATS_URL, or on the local stack's port.
--file: in a file instead, for a gateway that runs alone (CLIENTS_FILE).`;

const DEFAULT_KEEP = '7d';

export interface CommandSurroundings {
  /** Opens the store; `url`: where the call says that it is. */
  open(url: string | undefined): Promise<ClientStore>;
  print(line: string): void;
  readonly now: () => number;
}

interface Values {
  readonly scopes?: string;
  readonly expires?: string;
  readonly keep?: string;
  readonly key?: string;
  readonly nats?: string;
  readonly file?: string;
  readonly json?: boolean;
}

interface Call {
  readonly store: ClientStore;
  readonly values: Values;
  readonly surroundings: CommandSurroundings;
}

const commands: Readonly<
  Record<string, { readonly flags: readonly (keyof Values)[]; run(name: string, call: Call): Promise<void> }>
> = {
  add: { flags: ['scopes', 'expires'], run: add },
  rotate: { flags: ['keep', 'expires'], run: rotate },
  revoke: { flags: ['key'], run: revoke },
  list: { flags: [], run: (_, call) => list(call) },
};

/** `npm run partners`. Rejects with `CommandFailed`. */
export async function partnersCommand(words: readonly string[], surroundings: CommandSurroundings): Promise<void> {
  const { values, positionals } = readWords(words);
  const [command = '', name, ...rest] = positionals;
  const known = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!known) throw misused(command === '' ? 'Give a command.' : `There is no command "${command}".`);
  const [tooMuch] = command === 'list' && name !== undefined ? [name] : rest;
  if (tooMuch !== undefined) throw misused(`${command}: "${tooMuch}" is too much.`);
  if (command !== 'list' && name === undefined) throw misused(`${command}: give the name of a partner.`);
  if (values.nats !== undefined && values.file !== undefined) throw misused('Give --nats or --file, not both.');
  const allowed: readonly string[] = [...known.flags, 'nats', 'file', 'json'];
  const unfit = Object.keys(values).find((flag) => !allowed.includes(flag));
  if (unfit !== undefined) throw misused(`${command} takes no --${unfit}.`);
  if (name !== undefined && !isClientName(name)) {
    throw new CommandFailed(`"${name}" is no name: give letters, digits, - and _, 63 at the most.`, 2);
  }
  const lives = { expires: readSpan('expires', values.expires), keep: readSpan('keep', values.keep) };
  if (lives.expires === 0) throw new CommandFailed('--expires 0: the key would never work.', 2);
  const store = values.file === undefined ? await surroundings.open(values.nats) : openClientFile(values.file);
  try {
    await known.run(name ?? '', { store, values, surroundings });
  } finally {
    await store.close();
  }
}

async function add(name: string, { store, values, surroundings }: Call): Promise<void> {
  const entry = await store.read({ kind: 'client', name });
  if (entry.value) throw new CommandFailed(`There is a partner ${name} already. Give it another key by "rotate".`);
  const made = makeClientKey();
  const key = keyUntil(made, surroundings.now(), readSpan('expires', values.expires));
  const scopes = values.scopes?.split(',').filter(Boolean) ?? [];
  await write(store, name, newPartner(name, scopes, key), entry);
  tellKey(`Partner ${name} has been added.`, name, made.key, key, [], { values, surroundings });
}

async function rotate(name: string, { store, values, surroundings }: Call): Promise<void> {
  const { client, entry } = await find(store, name);
  const made = makeClientKey();
  const now = surroundings.now();
  const key = keyUntil(made, now, readSpan('expires', values.expires));
  const keepMs = readSpan('keep', values.keep ?? DEFAULT_KEEP) ?? 0;
  const rotated = rotateKey(client, key, now, keepMs);
  await write(store, name, rotated.client, entry);
  const kept = rotated.client.keys.filter((each) => each !== key);
  const told = [
    ...kept.map(({ prefix, expiresAt }) => `The key ${prefix} works until ${expiresAt}.`),
    ...rotated.ended.map((prefix) => `The key ${prefix} has ended.`),
  ];
  tellKey(`Partner ${name} has another key.`, name, made.key, key, told, { values, surroundings });
}

async function revoke(name: string, { store, values, surroundings }: Call): Promise<void> {
  const { client, entry } = await find(store, name);
  const prefix = values.key;
  const left = prefix === undefined ? undefined : withoutKey(client, prefix);
  if (prefix !== undefined && !left) throw new CommandFailed(`Partner ${name} has no key ${prefix}.`);
  await write(store, name, left, entry);
  const revoked = client.keys.filter((each) => !left?.keys.includes(each)).map((each) => each.prefix);
  if (values.json) surroundings.print(JSON.stringify({ name, revoked }));
  else if (left)
    surroundings.print(`The key ${prefix} of partner ${name} has been revoked; it has ${left.keys.length} left.`);
  else surroundings.print(`Partner ${name} has been taken away with its keys: ${revoked.join(', ') || 'it had none'}.`);
}

async function list({ store, values, surroundings }: Call): Promise<void> {
  const now = surroundings.now();
  const names = await store.names('client');
  for (const name of names) {
    const { value } = await store.read({ kind: 'client', name });
    if (!value) continue;
    const { identity, keys } = clientOf(name, value);
    // Without the hashes: nobody needs them, and a list is passed on.
    const shown = keys.map(({ prefix, createdAt, expiresAt }) => ({ prefix, createdAt, expiresAt }));
    if (values.json) {
      surroundings.print(JSON.stringify({ name, identity, keys: shown }));
      continue;
    }
    const scopes = identity.scopes.length > 0 ? `  scopes ${identity.scopes.join(', ')}` : '';
    surroundings.print(`${name}  ${identity.kind}:${identity.sub}${scopes}`);
    for (const key of keys) surroundings.print(`  ${describeKey(key, now)}`);
    if (keys.length === 0) surroundings.print('  no keys');
  }
  if (!values.json && names.length === 0) surroundings.print('There are no partners. Make one by "add NAME".');
}

function describeKey(key: StoredKey, now: number): string {
  const age = `made ${writeTimeSpan(now - Date.parse(key.createdAt))} ago`;
  if (key.expiresAt === undefined) return `${key.prefix}  ${age}, without an end`;
  if (!isLive(key, now)) return `${key.prefix}  ${age}, ended`;
  return `${key.prefix}  ${age}, ends in ${writeTimeSpan(Date.parse(key.expiresAt) - now)} (${key.expiresAt})`;
}

function tellKey(
  title: string,
  name: string,
  secret: string,
  { prefix, expiresAt }: StoredKey,
  told: readonly string[],
  { values, surroundings }: Pick<Call, 'values' | 'surroundings'>,
): void {
  if (values.json) {
    surroundings.print(JSON.stringify({ name, key: secret, prefix, expiresAt }));
    return;
  }
  for (const line of [title, ...told]) surroundings.print(line);
  surroundings.print(
    `Its key, ${expiresAt === undefined ? 'without an end' : `until ${expiresAt}`}, shown this once (send it as "x-partner-key"):`,
  );
  surroundings.print(secret);
}

/** Rejects when there is none. */
async function find(store: ClientStore, name: string): Promise<{ client: StoredClient; entry: StoredEntry }> {
  const entry = await store.read({ kind: 'client', name });
  if (!entry.value) throw new CommandFailed(`There is no partner ${name}.`);
  return { client: clientOf(name, entry.value), entry };
}

function clientOf(name: string, value: Uint8Array): StoredClient {
  try {
    return readClient(value);
  } catch (error) {
    if (!(error instanceof StoredValueError)) throw error;
    throw new CommandFailed(`What is stored of ${name} cannot be read: ${error.message}`, 1, { cause: error });
  }
}

async function write(
  store: ClientStore,
  name: string,
  client: StoredClient | undefined,
  { revision }: StoredEntry,
): Promise<void> {
  await store.write({ kind: 'client', name }, client && writeClient(client), revision);
}

function readSpan(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const span = readTimeSpan(text);
  if (span === undefined) throw new CommandFailed(`--${flag} ${text}: give a time span such as 30m, 12h or 90d.`, 2);
  return span;
}

function readWords(words: readonly string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        scopes: { type: 'string' },
        expires: { type: 'string' },
        keep: { type: 'string' },
        key: { type: 'string' },
        nats: { type: 'string' },
        file: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw misused((error as Error).message);
  }
}

function misused(fault: string): CommandFailed {
  return new CommandFailed(`${fault}\n\n${PARTNERS_USAGE}`, 2);
}
