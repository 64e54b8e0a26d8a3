import type { DataSource } from 'typeorm';

/** A partition that this relay may publish; `fencing` grows with each change of owner. */
export interface Lease {
  partition: number;
  fencing: string;
}

/**
 * Who publishes which outbox partition stands in lease rows, because PgBouncer in transaction mode allows no session locks. A relay takes
 * a few free partitions at a time, so that relays which start together share them; a dead relay's leases run out.
 */
export class RelayLeases {
  readonly #dataSource: DataSource;
  readonly #owner: string;
  readonly #lifetimeMs: number;
  #held: Lease[] = [];
  #safeUntil = 0;

  constructor(dataSource: DataSource, owner: string, lifetimeMs: number) {
    this.#dataSource = dataSource;
    this.#owner = owner;
    this.#lifetimeMs = lifetimeMs;
  }

  /** The partitions held now. Empty once the leases may have run out. */
  get held(): readonly Lease[] {
    return performance.now() < this.#safeUntil ? this.#held : [];
  }

  /** Extends what is held and claims up to `most` more. Returns whether anything was claimed. */
  async renew(most = 4): Promise<boolean> {
    const begun = performance.now();
    const lifetime = `${this.#lifetimeMs} milliseconds`;
    const renewed: Lease[] = await this.#rows(
      `UPDATE relay_lease SET expires_at = now() + $2::interval
       WHERE owner = $1 AND expires_at > now() RETURNING partition, fencing`,
      [this.#owner, lifetime],
    );
    const claimed: Lease[] = await this.#rows(
      `UPDATE relay_lease SET owner = $1, fencing = fencing + 1, expires_at = now() + $2::interval
       WHERE partition IN (
         SELECT partition FROM relay_lease WHERE expires_at <= now() ORDER BY partition LIMIT $3 FOR UPDATE SKIP LOCKED
       ) RETURNING partition, fencing`,
      [this.#owner, lifetime, most],
    );
    this.#held = [...renewed, ...claimed];
    // Publishing stops well before the leases end, so that the next owner never overlaps with this one.
    this.#safeUntil = begun + this.#lifetimeMs * 0.7;
    return claimed.length > 0;
  }

  /** Gives everything back, so that another relay can go on at once. */
  async release(): Promise<void> {
    this.#held = [];
    await this.#dataSource.query(`UPDATE relay_lease SET expires_at = '-infinity' WHERE owner = $1`, [this.#owner]);
  }

  async #rows(sql: string, parameters: unknown[]): Promise<Lease[]> {
    const [rows]: [Lease[]] = await this.#dataSource.query(sql, parameters);
    return rows;
  }
}
