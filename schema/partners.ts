import { PARTNERS_USAGE, partnersCommand } from './publishing/partnersCommand.ts';
import { runCommand, surroundings } from './publishing/runCommand.ts';

const words = process.argv.slice(2);
if (words.includes('--help') || words[0] === 'help') console.log(PARTNERS_USAGE);
else process.exitCode = await runCommand(partnersCommand(words, surroundings));
