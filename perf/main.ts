import { type Command, readCall } from './commandLine.ts';
import { installPackages } from './installPackages.ts';

const PARENT_MS = 500;

/** `npm run perf`: installs what it needs beside the project's packages, measures, and says what came of it. Answers the exit code. */
async function main(): Promise<number> {
  stopWhenTold();
  try {
    const args = process.argv.slice(2);
    const call = readCall(await commandsFor(args[0]), args);
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

/** What stands beside other gateways imports them; the stores are measured without them. */
async function commandsFor(name: string | undefined): Promise<Readonly<Record<string, Command>>> {
  if (name === 'data') return { data: (await import('./data.ts')).data };
  installPackages();
  return (await import('./commands.ts')).commands;
}

/** Children and temporary files go with the process. */
function stopWhenTold(): void {
  const stop = () => process.exit(130);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || stop(), PARENT_MS).unref();
}

process.exit(await main());
