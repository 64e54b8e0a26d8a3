import { readCall } from './commandLine.ts';
import { installPackages } from './installPackages.ts';

const PARENT_MS = 500;

/** `npm run perf`: installs what it needs beside the project's packages, measures, and says what came of it. Answers the exit code. */
async function main(): Promise<number> {
  stopWhenTold();
  try {
    installPackages();
    // They import what was just installed.
    const { commands } = await import('./commands.ts');
    const call = readCall(commands, process.argv.slice(2));
    if ('fault' in call) {
      console.error(call.fault);
      return call.wanted ? 0 : 2;
    }
    const { name, figures, bars, text } = await call.run();
    console.log(text.join('\n'));
    if (call.json) console.log(JSON.stringify({ name, figures, bars }));
    return bars.every(({ ok }) => ok) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 3;
  }
}

/** Children and temporary files go with the process. */
function stopWhenTold(): void {
  const stop = () => process.exit(130);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || stop(), PARENT_MS).unref();
}

process.exit(await main());
