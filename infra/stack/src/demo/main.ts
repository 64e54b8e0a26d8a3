import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { ConfigError, readStackConfig, type StackConfig } from '../config.ts';
import { createIssuer } from '../issueToken.ts';
import { untilStopped } from '../launcher/untilStopped.ts';
import { loadStackKeys } from '../stackKeys.ts';
import { demoBars } from './demoFigures.ts';
import type { DemoLead } from './demoLead.ts';
import { demoTable } from './demoTable.ts';
import { demoLeadCount, demoSeed, generateLeads } from './generateLeads.ts';
import { readDemoLeads } from './readDemoLeads.ts';
import { runDemo } from './runDemo.ts';
import { seed } from './seed.ts';
import { StackNotReady, withRunningStack } from './withRunningStack.ts';

const USAGE = `npm run demo -- [--leads 1000] [--seed N] [--concurrency 16] [--json]

  --leads        how many leads; up to 1,000 of the usual seed come from infra/stack/demo/leads.ndjson
  --seed         other people: the leads are generated from this number
  --concurrency  posts under way at a time
  --json         end with one line of JSON

Posts the leads at the gateway while simulated agents answer their offers, waits until everything is settled, and shows what came of it.
Starts the stack for the time being when none runs. Run it as often as you like: each run has phones, addresses and ids of its own.
Exit codes: 0 every bar is kept, 1 one is missed, 2 the call is at fault, 3 the stack could not be used, 130 stopped.`;

interface Flags {
  readonly leads?: string;
  readonly seed?: string;
  readonly concurrency?: string;
  readonly json?: boolean;
  readonly help?: boolean;
}

/** `npm run demo`: a thousand leads through the whole business. Answers the exit code. */
async function main(): Promise<number> {
  const flags = readFlags();
  const numbers = flags && readNumbers(flags);
  if (!flags || !numbers || flags.help) {
    console.error(USAGE);
    return flags?.help ? 0 : 2;
  }
  const stop = untilStopped(undefined, () => process.exit(130));
  try {
    const config = readStackConfig();
    return await withRunningStack(config, stop, (graphqlUrl) =>
      demo(config, graphqlUrl, { ...numbers, json: flags.json === true, stop }),
    );
  } catch (error) {
    if (stop.aborted) {
      console.error('Stopped. What was posted goes on by itself.');
      return 130;
    }
    console.error(error instanceof ConfigError || error instanceof StackNotReady ? error.message : error);
    return 3;
  }
}

interface DemoFlags {
  readonly leads: number;
  readonly seed: number;
  readonly concurrency: number;
  readonly json: boolean;
  readonly stop: AbortSignal;
}

async function demo(config: StackConfig, graphqlUrl: string, flags: DemoFlags): Promise<number> {
  const keys = await loadStackKeys(join(config.folder, 'keys'));
  const issueToken = await createIssuer({ keyFile: keys.issuerKeyFile, ...config.token });
  const operatorToken = await issueToken({ kind: 'OPERATOR', sub: 'ops' });
  await seed({ graphqlUrl, operatorToken, log: (line) => console.error(line) });
  const leads = await leadsFor(flags);
  const bar = new SingleBar({
    format: 'posted {value}/{total} {bar} settled {settled}  {duration_formatted}',
    stream: process.stderr,
  });
  bar.start(leads.length, 0, { settled: 0 });
  try {
    const { figures } = await runDemo({
      graphqlUrl,
      issueToken,
      leads,
      concurrency: flags.concurrency,
      signal: flags.stop,
      onProgress: ({ posted, settled }) => bar.update(posted, { settled }),
    });
    bar.stop();
    const bars = demoBars(figures);
    console.log(demoTable(figures, bars));
    if (flags.json) console.log(JSON.stringify({ name: 'demo', figures, bars }));
    return bars.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    bar.stop();
  }
}

async function leadsFor({ leads, seed: wanted }: DemoFlags): Promise<readonly DemoLead[]> {
  if (wanted === demoSeed && leads <= demoLeadCount) return (await readDemoLeads()).slice(0, leads);
  return generateLeads({ count: leads, seed: wanted });
}

function readFlags(): Flags | undefined {
  try {
    const { values } = parseArgs({
      options: {
        leads: { type: 'string' },
        seed: { type: 'string' },
        concurrency: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    console.error(`${(error as Error).message}\n`);
    return undefined;
  }
}

function readNumbers(flags: Flags): Pick<DemoFlags, 'leads' | 'seed' | 'concurrency'> | undefined {
  const numbers = {
    leads: Number(flags.leads ?? demoLeadCount),
    seed: Number(flags.seed ?? demoSeed),
    concurrency: Number(flags.concurrency ?? 16),
  };
  return Object.values(numbers).every((value) => Number.isSafeInteger(value) && value > 0) ? numbers : undefined;
}

process.exitCode = await main();
