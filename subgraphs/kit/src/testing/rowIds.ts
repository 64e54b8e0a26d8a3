/**
 * SQL for the UUIDv7 that the `n`th of many rows gets in a test which makes them in the database: `at` and `n` are SQL expressions of an instant and of a
 * number below 2^48. Ids sort by instant.
 */
export function timedId(at: string, n: string): string {
  return `(lpad(to_hex((extract(epoch FROM ${at}) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex((${n}) % 4096), 3, '0') || '8000' || lpad(to_hex(${n}), 12, '0'))::uuid`;
}

/** SQL for the UUID that a row with the number `n` (an SQL expression) of a kind (one hexadecimal digit) has; `numberedId` answers the same for a number. */
export function numberedIdSql(kind: string, n: string): string {
  return `('00000000-0000-7000-8${kind}00-' || lpad((${n})::text, 12, '0'))::uuid`;
}

/** The UUID of a row with this number, see `numberedIdSql`. */
export function numberedId(kind: string, n: number): string {
  return `00000000-0000-7000-8${kind}00-${String(n).padStart(12, '0')}`;
}
