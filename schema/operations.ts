import { manifestCommand } from './manifest/manifestCommand.ts';
import { CommandFailed } from './publishing/commandFailed.ts';
import { listCommand, publishCommand, retireCommand } from './publishing/operationsCommands.ts';
import { runCommand, surroundings } from './publishing/runCommand.ts';

const USAGE = `npm run operations -- COMMAND

  manifest [--check]               writes schema/operations/<client>/manifest.json from the client's *.graphql and what its own tools wrote
                                   (persisted_documents.json, persisted-documents.json, persisted-query-manifest.json); --check: says which are out of date
  publish CLIENT … | --all         publishes manifests, which then hold in all gateways; refuses one that is out of date or does not fit the supergraph
  list [CLIENT]                    what is published
  retire CLIENT [OPERATION …]      takes a client's manifest away, or operations of it by their names

publish, list and retire take --json and --nats URL; else NATS is found by NATS_URL, or on the local stack's port.`;

/** By name: what gets the words behind it, and answers the exit code, or undefined when the words cannot be understood. */
const commands: Readonly<
  Record<string, (words: readonly string[]) => number | undefined | Promise<number | undefined>>
> = {
  manifest: manifestCommand,
  publish: published(publishCommand, 'publish: give clients that schema/operations has, or --all.'),
  list: published(listCommand, 'list: give one client, or none for all.'),
  retire: published(retireCommand, 'retire: give a client, and then the names of its operations, unless all shall go.'),
};

/** `form` says how the command is called, to who called it otherwise. */
function published(command: typeof listCommand, form: string) {
  return (words: readonly string[]) =>
    runCommand(
      command(words, { ...surroundings, root: process.cwd() }).then((isUnderstood) => {
        if (!isUnderstood) throw new CommandFailed(`${form}\n\n${USAGE}`, 2);
      }),
    );
}

const [name = '', ...words] = process.argv.slice(2);
const wantsHelp = name === '--help' || name === 'help';
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
const code = await command?.(words);
if (wantsHelp) console.log(USAGE);
else if (!command) console.error(`${name === '' ? 'Give a command.' : `There is no command "${name}".`}\n\n${USAGE}`);
else if (code === undefined) console.error(`${name}: "${words.join(' ')}" cannot be understood.\n\n${USAGE}`);
process.exitCode = code ?? (wantsHelp ? 0 : 2);
