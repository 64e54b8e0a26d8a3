import { parseArgs } from 'node:util';
import type { Report } from './report.ts';

export type Flags = Readonly<Record<string, string | undefined>>;

/** A subcommand of `npm run perf`. */
export interface Command {
  readonly usage: string;
  /** Its flags besides `--json`. */
  readonly options: Readonly<Record<string, { readonly type: 'string' }>>;
  /** Checks the flags and gives what measures; undefined when they are at fault. */
  readonly prepare: (flags: Flags) => (() => Promise<Report>) | undefined;
}

/** What was called, or why it cannot be. */
export type Call =
  | { readonly run: () => Promise<Report>; readonly json: boolean }
  | { readonly fault: string; readonly wanted: boolean };

/** Reads `name [flags] [--json]`. */
export function readCall(commands: Readonly<Record<string, Command>>, args: readonly string[]): Call {
  const [name = '', ...rest] = args;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    const all = Object.values(commands).map(({ usage }) => `npm run perf -- ${usage}`);
    return { fault: [...all, ENDING].join('\n\n'), wanted: ['--help', '-h'].includes(name) };
  }
  const fault = (reason: string) => ({
    fault: `${reason}npm run perf -- ${command.usage}\n\n${ENDING}`,
    wanted: false,
  });
  try {
    const { values } = parseArgs({
      args: rest,
      options: { ...command.options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    const { json, help, ...flags } = values as { json?: boolean; help?: boolean } & Flags;
    if (help) return { ...fault(''), wanted: true };
    const run = command.prepare(flags as Flags);
    return run ? { run, json: json === true } : fault('One of these values is not usable.\n\n');
  } catch (error) {
    return fault(`${(error as Error).message}\n\n`);
  }
}

const ENDING = `  --json     end with one line of JSON
Exit codes: 0 every bar is kept, 1 one is missed, 2 the call is at fault, 3 nothing could be measured, 130 stopped.`;

/** A positive number, or the default when none is given; undefined when it is not one. */
export function readAmount(text: string | undefined, byDefault: number): number | undefined {
  const value = text === undefined ? byDefault : Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
