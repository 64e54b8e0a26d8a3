/** Positions at which followers of subjects of one length have `*`. */
interface Mask {
  readonly stars: readonly number[];
  /** How many subjects have it. */
  uses: number;
}

/**
 * Who follows what, found by a message's subject: one look-up for each way in which followed subjects of that length have `*`, however many followers there are. A message's subject with its parts at
 * those positions replaced by `*` is just the subject that they follow.
 */
export class DispatchIndex<Follower> {
  /** By the number of parts, then by the positions of `*`. */
  readonly #masks = new Map<number, Map<string, Mask>>();
  readonly #followers = new Map<string, Set<Follower>>();

  add(subject: string, follower: Follower): void {
    const followers = this.#followers.get(subject);
    if (followers) {
      followers.add(follower);
      return;
    }
    this.#followers.set(subject, new Set([follower]));
    const { length, stars } = shapeOf(subject);
    const masks = this.#masks.get(length) ?? new Map<string, Mask>();
    this.#masks.set(length, masks);
    const mask = masks.get(stars.join());
    if (mask) mask.uses += 1;
    else masks.set(stars.join(), { stars, uses: 1 });
  }

  remove(subject: string, follower: Follower): void {
    const followers = this.#followers.get(subject);
    if (!followers?.delete(follower) || followers.size > 0) return;
    this.#followers.delete(subject);
    const { length, stars } = shapeOf(subject);
    const masks = this.#masks.get(length);
    const mask = masks?.get(stars.join());
    if (!masks || !mask) return;
    mask.uses -= 1;
    if (mask.uses === 0) masks.delete(stars.join());
    if (masks.size === 0) this.#masks.delete(length);
  }

  has(subject: string, follower: Follower): boolean {
    return this.#followers.get(subject)?.has(follower) ?? false;
  }

  /** Calls `visit` for each follower of a message's subject. */
  each(subject: string, visit: (follower: Follower) => void): void {
    const parts = subject.split('.');
    const masks = this.#masks.get(parts.length);
    if (!masks) return;
    for (const { stars } of masks.values()) {
      this.#followers.get(stars.length === 0 ? subject : masked(parts, stars))?.forEach(visit);
    }
  }
}

function shapeOf(subject: string): { length: number; stars: number[] } {
  const parts = subject.split('.');
  return { length: parts.length, stars: parts.flatMap((part, position) => (part === '*' ? [position] : [])) };
}

function masked(parts: readonly string[], stars: readonly number[]): string {
  const copy = [...parts];
  for (const position of stars) copy[position] = '*';
  return copy.join('.');
}
