import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type LoggedStatement, loggedStatements } from './loggedStatements.ts';

const LOOK_MS = 20;
const LONGEST_MS = 10_000;
/** Everything is a sample of all. These are heeded by sessions that are there already, and nothing on the server's command line is above them. */
const LOG_ALL = ['log_min_duration_sample = 0', 'log_statement_sample_rate = 1'];

/** Everything that PostgreSQL is sent, by whomever, as it logs it itself. */
export interface StatementLog {
  /** The statements that were finished while `work` ran. */
  during(work: () => Promise<void>): Promise<LoggedStatement[]>;
  /** Nothing is logged any more but what was before. */
  stop(): Promise<void>;
}

/** Lets PostgreSQL log every statement into `file`, its log. `url`: the superuser's. */
export async function startStatementLog(url: string, file: string): Promise<StatementLog> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const stop = async () => {
    try {
      for (const setting of LOG_ALL) await client.query(`ALTER SYSTEM RESET ${setting.split(' ')[0]}`);
      await client.query('SELECT pg_reload_conf()');
    } finally {
      await client.end();
    }
  };
  /** Answers how long the log is once it has a statement that is sent now, and so all before it. */
  const reached = async (from: number): Promise<number> => {
    const mark = randomUUID();
    for (const deadline = performance.now() + LONGEST_MS; performance.now() < deadline; await delay(LOOK_MS)) {
      await client.query(`SELECT '${mark}'`);
      if (readFrom(file, from).includes(mark)) return sizeOf(file);
    }
    throw new Error(`PostgreSQL does not log what it is sent (${file}).`);
  };
  try {
    for (const setting of LOG_ALL) await client.query(`ALTER SYSTEM SET ${setting}`);
    await client.query('SELECT pg_reload_conf()');
    await reached(sizeOf(file));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async during(work) {
      const from = await reached(sizeOf(file));
      await work();
      await reached(from);
      return loggedStatements(readFrom(file, from));
    },
    stop,
  };
}

function sizeOf(file: string): number {
  const descriptor = openSync(file, 'r');
  try {
    return fstatSync(descriptor).size;
  } finally {
    closeSync(descriptor);
  }
}

function readFrom(file: string, from: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(fstatSync(descriptor).size - from);
    const read = readSync(descriptor, buffer, 0, buffer.length, from);
    return buffer.toString('utf8', 0, read);
  } finally {
    closeSync(descriptor);
  }
}
