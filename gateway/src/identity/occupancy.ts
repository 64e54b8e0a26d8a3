import { anonymous, type Identity } from './identity.js';

/** How many there may be of something: of all, and of one person. */
export interface OccupancyLimits {
  readonly all: number;
  readonly perPerson: number;
}

/** Counts who occupies something, in this process. Those without a token are nobody in particular: only the limit of all holds for them. */
export class Occupancy {
  private readonly byPerson = new Map<string, number>();
  private all = 0;

  constructor(private readonly limits: OccupancyLimits) {}

  /** Takes a place: the result is called once when it is given back, or says whose limit stands against it. */
  enter(identity: Pick<Identity, 'kind' | 'sub'>): (() => void) | 'all' | 'person' {
    const person = identity.kind === anonymous.kind ? undefined : personOf(identity);
    const own = person === undefined ? 0 : (this.byPerson.get(person) ?? 0);
    if (this.all >= this.limits.all) return 'all';
    if (own >= this.limits.perPerson) return 'person';
    this.all += 1;
    if (person !== undefined) this.byPerson.set(person, own + 1);
    return () => {
      this.all -= 1;
      if (person === undefined) return;
      const left = (this.byPerson.get(person) ?? 1) - 1;
      if (left > 0) this.byPerson.set(person, left);
      else this.byPerson.delete(person);
    };
  }
}

/** Whose an identity is, whatever it may do at the moment: another token of the same person may have other scopes. */
export function personOf({ kind, sub }: Pick<Identity, 'kind' | 'sub'>): string {
  return `${kind}\n${sub}`;
}
