import { manifestCommand } from './manifest/manifestCommand.ts';

const USAGE = `npm run operations -- COMMAND

  manifest [--check]   writes schema/operations/<client>/manifest.json from the client's *.graphql and what its own tools wrote
                       (persisted_documents.json, persisted-documents.json, persisted-query-manifest.json); --check: says which are out of date`;

/** By name: what gets the words behind it, and answers the exit code, or undefined when the words cannot be understood. */
const commands: Readonly<Record<string, (words: readonly string[]) => number | undefined>> = {
  manifest: manifestCommand,
};

const [name = '', ...words] = process.argv.slice(2);
const wantsHelp = name === '--help' || name === 'help';
const code = Object.hasOwn(commands, name) ? commands[name]?.(words) : undefined;
if (code === undefined) (wantsHelp ? console.log : console.error)(USAGE);
process.exitCode = code ?? (wantsHelp ? 0 : 2);
