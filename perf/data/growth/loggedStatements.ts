/** A statement that a session sent, as PostgreSQL logged it. */
export interface LoggedStatement {
  readonly sql: string;
  /** As texts, in their order. */
  readonly parameters: readonly (string | null)[];
  /** Spent in the database: parsing, planning and execution. */
  readonly ms: number;
}

const ENTRY = /^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[(\d+)\] (\w+): {2}(.*)$/s;
const STEP = /^duration: ([\d.]+) ms {2}(?:(parse|bind|execute) [^:]+|(statement)): (.*)$/s;
const PARAMETER = /\$\d+ = (?:NULL|'((?:[^']|'')*)')/g;

/**
 * Reads the statements out of PostgreSQL's log (`log_line_prefix` as it is when nothing is said, durations of everything logged). One with parameters is logged in three steps, of which each
 * says how long it took; sessions stand side by side.
 */
export function loggedStatements(log: string): LoggedStatement[] {
  const statements: LoggedStatement[] = [];
  const underWay = new Map<string, { sql: string; ms: number }>();
  const lastOf = new Map<string, number>();
  for (const [, session = '', kind, message = ''] of entriesOf(log)) {
    if (kind === 'DETAIL') {
      const index = lastOf.get(session);
      const statement = index === undefined ? undefined : statements[index];
      if (statement && /^parameters: /i.test(message) && index !== undefined)
        statements[index] = { ...statement, parameters: parametersOf(message) };
      continue;
    }
    lastOf.delete(session);
    const [, duration, step, , sql = ''] = STEP.exec(message) ?? [];
    if (duration === undefined) continue;
    const before = underWay.get(session);
    const ms = Number(duration) + (before?.sql === sql && step !== 'parse' ? before.ms : 0);
    if (step === 'parse' || step === 'bind') {
      underWay.set(session, { sql, ms });
      continue;
    }
    underWay.delete(session);
    lastOf.set(session, statements.push({ sql, parameters: [], ms }) - 1);
  }
  return statements;
}

/** A message may have several lines: all but its first begin with a tab. */
function entriesOf(log: string): RegExpExecArray[] {
  return log
    .replaceAll('\n\t', '\r')
    .split('\n')
    .map((line) => ENTRY.exec(line.replaceAll('\r', '\n')))
    .filter((entry) => entry !== null);
}

function parametersOf(detail: string): (string | null)[] {
  return [...detail.matchAll(PARAMETER)].map(([, text]) => text?.replaceAll("''", "'") ?? null);
}
