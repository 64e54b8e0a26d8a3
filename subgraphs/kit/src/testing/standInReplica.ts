import { createTestDatabase } from './testDatabase.js';

/** What a subgraph takes for its read replica. */
export interface StandInReplica {
  readonly url: string;
  /** From now on it is away, for good. */
  drop(): Promise<void>;
}

/** A second database that stands for a read replica: it never hears of anything, so whatever is read there is missing. */
export async function standInReplica(store: Parameters<typeof createTestDatabase>[0]): Promise<StandInReplica> {
  const { url, db, drop } = await createTestDatabase(store);
  await db.destroy();
  let dropped: Promise<void> | undefined;
  return { url, drop: () => (dropped ??= drop()) };
}
