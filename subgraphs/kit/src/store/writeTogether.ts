import type { EntityManager } from 'typeorm';

/** A statement that writes, with its parameters: `$1` and so on are its own. Its text is a constant of the code, never input. */
export interface Write {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * Sends writes as one statement, which costs one way to the store instead of as many: for those that neither read nor write rows of one another. In which order they are done is not said; what checks
 * rows (foreign keys, triggers behind a row) comes after all of them. Nothing is sent where there is nothing to write.
 */
export async function writeTogether(tx: Pick<EntityManager, 'query'>, writes: readonly Write[]): Promise<void> {
  const parameters: unknown[] = [];
  const statements = writes.map(({ sql, parameters: own }) => {
    const before = parameters.length;
    parameters.push(...own);
    return before === 0 ? sql : sql.replace(/\$(\d+)/g, (_, place: string) => `$${before + Number(place)}`);
  });
  const last = statements.pop();
  if (last === undefined) return;
  const others = statements.map((sql, index) => `write_${index} AS (${sql})`);
  await tx.query(others.length > 0 ? `WITH ${others.join(', ')} ${last}` : last, parameters);
}
