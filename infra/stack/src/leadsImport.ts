import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { ConfigError, readStackConfig, type StackConfig } from './config.ts';
import { GraphError } from './graph/graphClient.ts';
import { countRows } from './import/countRows.ts';
import { createImportPoster, type PosterFlags } from './import/createImportPoster.ts';
import { type ImportSummary, importLeads, rejectedFile } from './import/importLeads.ts';
import { forgetProgress } from './import/importProgress.ts';
import { importReport } from './import/importReport.ts';
import { ImportFileError } from './import/leadOfCsvRow.ts';
import { readMapping } from './import/readMapping.ts';
import { untilStopped } from './launcher/untilStopped.ts';

const USAGE = `npm run leads:import -- FILE [--source NAME] [--map FILE.json] [--concurrency 16] [--restart] [--json]

  FILE           leads as CSV (its name ends in .csv) or NDJSON, one input of createLead a row; sources and sellers by name or id
  --source       the source of rows that name none
  --map          a JSON object {"header of the file": "column"}; an empty column leaves the header out
  --concurrency  posts under way at a time
  --restart      begin at the first row again; what was posted already is recognised, not stored twice
  --json         end with one line of JSON
  --url, --token the gateway's /graphql and an operator's token; the local stack's when left out

Goes on where an earlier run of the same file stopped (FILE.progress.json). Rejected rows stand in FILE.rejected.ndjson with their reasons.
Exit codes: 0 every row is in, 1 some were rejected, 2 the call or the file is at fault, 3 stopped or the platform is away: run it again.
The columns of a CSV file stand in infra/stack/src/import/csvColumns.ts.`;

interface Flags extends PosterFlags {
  readonly map?: string;
  readonly concurrency?: string;
  readonly restart?: boolean;
  readonly json?: boolean;
  readonly help?: boolean;
}

/** `npm run leads:import`: posts the leads of a file through the gateway. Answers the exit code. */
async function main(): Promise<number> {
  const { flags, names } = readFlags();
  const concurrency = Number(flags?.concurrency ?? 16);
  const [name, ...more] = names;
  if (
    !flags ||
    flags.help ||
    name === undefined ||
    more.length > 0 ||
    !(Number.isInteger(concurrency) && concurrency > 0)
  ) {
    console.error(USAGE);
    return flags?.help ? 0 : 2;
  }
  try {
    const config = readStackConfig();
    // npm changes into the project's folder; files are named from where the user stands.
    const here = (path: string) => resolve(config.env.INIT_CWD ?? process.cwd(), path);
    const summary = await run(here(name), {
      config,
      flags,
      concurrency,
      ...(flags.map !== undefined && { mapFile: here(flags.map) }),
    });
    if (!summary.finished) return 3;
    return (summary.counts.REJECTED ?? 0) > 0 ? 1 : 0;
  } catch (error) {
    return explain(error);
  }
}

interface RunOptions {
  readonly config: StackConfig;
  readonly flags: Flags;
  readonly concurrency: number;
  readonly mapFile?: string;
}

async function run(file: string, { config, flags, concurrency, mapFile }: RunOptions): Promise<ImportSummary> {
  const stop = untilStopped(config.parentPid, () => process.exit(130));
  if (flags.restart) await forgetProgress(file);
  const mapping = mapFile === undefined ? {} : await readMapping(mapFile);
  const total = await countRows(file, { mapping });
  const post = await createImportPoster(config, flags);
  const bar = new SingleBar({
    format: '{bar} {value}/{total} rows  {duration_formatted}  rejected {rejected}',
    stream: process.stderr,
  });
  const began = performance.now();
  bar.start(total, 0, { rejected: 0 });
  try {
    const onRow = (rows: number, counts: Readonly<Record<string, number>>) =>
      bar.update(rows, { rejected: counts.REJECTED ?? 0 });
    const summary = await importLeads({ file, post, concurrency, mapping, signal: stop, onRow });
    bar.stop();
    const elapsedMs = performance.now() - began;
    console.log(importReport(summary, { total, elapsedMs, rejectedFile: rejectedFile(file) }));
    if (flags.json) {
      console.log(
        JSON.stringify({
          name: 'leads:import',
          figures: { ...summary, total, elapsedMs: Math.round(elapsedMs) },
          bars: [],
        }),
      );
    }
    return summary;
  } finally {
    bar.stop();
  }
}

function readFlags(): { flags?: Flags; names: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        source: { type: 'string' },
        map: { type: 'string' },
        concurrency: { type: 'string' },
        restart: { type: 'boolean' },
        json: { type: 'boolean' },
        url: { type: 'string' },
        token: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    return { flags: values, names: positionals };
  } catch (error) {
    console.error(`${(error as Error).message}\n`);
    return { names: [] };
  }
}

function explain(error: unknown): number {
  if (error instanceof ImportFileError || error instanceof ConfigError) {
    console.error(error.message);
    return 2;
  }
  if (error instanceof GraphError) {
    console.error(`${error.message}\nWhat was imported so far is noted; run the same command again to go on.`);
    return 3;
  }
  console.error(error);
  return 3;
}

process.exitCode = await main();
