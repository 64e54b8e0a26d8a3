import { openClientStore, storeAddress } from './clientStore.ts';
import { CommandFailed } from './commandFailed.ts';
import type { CommandSurroundings } from './partnersCommand.ts';

/** What commands have when they run as a process. */
export const surroundings: CommandSurroundings = {
  open: (url) => {
    const address = storeAddress(process.env);
    return openClientStore({ ...address, url: url ?? address.url });
  },
  print: (line) => console.log(line),
  now: () => Date.now(),
};

/** Runs a command and answers the exit code; says why when it failed. */
export async function runCommand(command: Promise<void>): Promise<number> {
  try {
    await command;
    return 0;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    console.error(error.message);
    return error.exitCode;
  }
}
