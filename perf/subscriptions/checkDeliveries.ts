import type { Delivered } from './subscriber.ts';

/** What was sent beside what came. All but the first three should be 0. */
export interface Deliveries {
  readonly subscribers: number;
  readonly sent: number;
  /** Everything that came, doubles and foreign ones too. */
  readonly received: number;
  readonly missing: number;
  readonly doubled: number;
  /** Events that came after later ones. */
  readonly outOfOrder: number;
  /** Events of others, or such as nobody has sent. */
  readonly foreign: number;
  /** Gaps that subscribers were told of. */
  readonly gaps: number;
  /** Subscribers that lack something. */
  readonly incomplete: number;
  /** The first ones that are missing. */
  readonly examples: readonly Missing[];
}

export interface Missing {
  readonly id: string;
  readonly number: number;
  readonly publishedAt: number;
}

const EXAMPLES = 10;

/** Compares by number. `sent`: when each subscriber's events were published, numbered from 1; one that is not named was sent none. */
export function checkDeliveries(
  sent: ReadonlyMap<string, readonly number[]>,
  delivered: readonly Delivered[],
): Deliveries {
  const known = new Set(delivered.map(({ id }) => id));
  const unheard = [...sent].filter(([id]) => !known.has(id)).map(([id]) => ({ ...NOTHING, id }));
  const all = [...delivered, ...unheard].map((each) => checkOne(sent.get(each.id) ?? [], each));
  const sum = (key: Exclude<keyof Checked, 'examples'>) => all.reduce((total, each) => total + each[key], 0);
  return {
    subscribers: all.length,
    sent: sum('sent'),
    received: sum('received'),
    missing: sum('missing'),
    doubled: sum('doubled'),
    outOfOrder: sum('outOfOrder'),
    foreign: sum('foreign'),
    gaps: sum('gaps'),
    incomplete: all.filter(({ missing }) => missing > 0).length,
    examples: all.flatMap(({ examples }) => examples).slice(0, EXAMPLES),
  };
}

type Checked = Omit<Deliveries, 'subscribers' | 'incomplete'>;

const NOTHING = { numbers: [], foreign: 0, gaps: 0, faults: [] };

function checkOne(times: readonly number[], { id, numbers, foreign, gaps }: Delivered): Checked {
  const sent = times.length;
  const seen = new Set<number>();
  let [last, doubled, outOfOrder, unknown] = [0, 0, 0, 0];
  for (const number of numbers) {
    if (number < 1 || number > sent) unknown += 1;
    else if (seen.has(number)) doubled += 1;
    else {
      seen.add(number);
      if (number < last) outOfOrder += 1;
      last = Math.max(last, number);
    }
  }
  return {
    sent,
    received: numbers.length + foreign,
    missing: sent - seen.size,
    doubled,
    outOfOrder,
    foreign: foreign + unknown,
    gaps,
    examples: times.flatMap((publishedAt, index) =>
      seen.has(index + 1) ? [] : { id, number: index + 1, publishedAt },
    ),
  };
}
