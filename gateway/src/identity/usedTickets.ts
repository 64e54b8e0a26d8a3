/** Which tickets have been used. */
export interface UsedTickets {
  /** Uses a ticket by its id; false where it has been used before. Ids have to be remembered as long as tickets are good. */
  use(id: string): Promise<boolean>;
}

/**
 * Remembers used tickets in this process, each for `lifetimeMs` to twice as long. Enough for one process; with several, the same ticket could be used once at each.
 */
export function rememberUsedTickets(lifetimeMs: number, now: () => number = () => Date.now()): UsedTickets {
  let recent = new Set<string>();
  let older = new Set<string>();
  let turnedAt = now();

  return {
    async use(id) {
      const age = now() - turnedAt;
      if (age >= lifetimeMs) {
        older = age >= 2 * lifetimeMs ? new Set() : recent;
        recent = new Set();
        turnedAt = now();
      }
      if (recent.has(id) || older.has(id)) return false;
      recent.add(id);
      return true;
    },
  };
}
