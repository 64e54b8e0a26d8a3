import type { FetchCaching } from '../compile/fetchCaching.js';
import type { KeptEntity } from '../subgraph/assembleEntities.js';
import type { CacheStore, Tag } from './cacheStore.js';
import type { KeptValue, ProcessLayer } from './processLayer.js';

/** What a fetch asks for. */
export interface Wanted {
  readonly key: string;
  /** What it depends on for certain. Undefined: it is not kept. */
  readonly tags: readonly Tag[] | undefined;
}

export interface Found extends KeptEntity {
  /** It has changed since, or is older than it should be, and may be shown nevertheless. */
  readonly isStale: boolean;
}

/** What there is of what is wanted. */
export interface Looked {
  /** Before anything that is missing is fetched. */
  readonly clock: string | undefined;
  readonly found: readonly (Found | undefined)[];
}

/**
 * Looks for what is wanted in the process and in the store, in one reading together with the generations that decide whether it is valid. What turns out to be outdated in the process may be in the store as it is by now, filled by another process; and what only the store knows may depend on more than was known
 * before: for these there is a second reading. Generations of the first are older than its values then, those of the second newer than the values of the first; either is as good. `own`: the tag of what the caller itself has changed, where something may be shown though it has changed.
 */
export async function lookUp(
  wanted: readonly Wanted[],
  { maxAgeMs, staleMs }: Pick<FetchCaching, 'maxAgeMs' | 'staleMs'>,
  own: Tag | undefined,
  store: CacheStore,
  layer: ProcessLayer,
): Promise<Looked> {
  const now = Date.now();
  const longest = maxAgeMs + staleMs;
  const values = wanted.map(({ key, tags }): KeptValue | undefined => {
    const value = tags && layer.get(key);
    return value && now - value.filledAt <= longest ? value : undefined;
  });
  const tags = new Set<Tag>(own === undefined ? [] : [own]);
  for (const [position, { tags: known }] of wanted.entries())
    for (const tag of values[position]?.tags ?? known ?? []) tags.add(tag);
  const current = new Map<Tag, string | undefined>();
  const stored = new Set<number>();
  const read = async (asked: readonly Tag[], positions: readonly number[]) => {
    const reading = await store.read(
      asked,
      positions.map((each) => wanted[each]?.key ?? ''),
    );
    for (const [index, tag] of asked.entries()) current.set(tag, reading.generations[index]);
    for (const [index, position] of positions.entries()) {
      const value = reading.values[index];
      if (!value) continue;
      values[position] = parsed(value);
      stored.add(position);
    }
    return reading.clock;
  };
  const isValid = ({ tags, generations }: KeptValue) =>
    tags.every((tag, index) => current.get(tag) === generations[index]);

  const unkept = wanted.flatMap(({ tags: known }, position) => (known && !values[position] ? [position] : []));
  const clock = await read([...tags], unkept);
  const unknown = new Set<Tag>();
  for (const position of unkept)
    for (const tag of values[position]?.tags ?? []) if (!current.has(tag)) unknown.add(tag);
  // What may be shown as it was is asked for anew behind it; a list that changes all the time would be looked for twice each time.
  const outdated =
    staleMs > 0
      ? []
      : values.flatMap((value, position) => (value && !stored.has(position) && !isValid(value) ? [position] : []));
  if (unknown.size > 0 || outdated.length > 0) await read([...unknown], outdated);

  const found = wanted.map(({ key }, position): Found | undefined => {
    const value = values[position];
    if (!value) return undefined;
    const age = now - value.filledAt;
    const isFresh = isValid(value) && age <= maxAgeMs;
    if (!isFresh && (staleMs === 0 || age > longest || mayLackOwn(value, clock, own && current.get(own))))
      return undefined;
    if (stored.has(position)) layer.set(key, value);
    return { value: value.value, plain: value.plain, isStale: !isFresh };
  });
  return { clock, found };
}

function parsed({
  tags,
  generations,
  filledAt,
  payload,
}: {
  readonly tags: readonly Tag[];
  readonly generations: readonly string[];
  readonly filledAt: number;
  readonly payload: string;
}): KeptValue {
  const value: unknown = JSON.parse(payload);
  return { tags, generations, filledAt, value, plain: !payload.includes('\\'), bytes: payload.length };
}

/**
 * Whether a value may be from before the caller's last change, as far as its generations show: they are as late as the last of what it depends on. `own`: when that was; where it is not known there was none in the clock's epoch, and of what was before that nobody knows.
 */
function mayLackOwn({ generations }: KeptValue, clock: string | undefined, own: string | undefined): boolean {
  const [epoch, number] = own?.split(':') ?? [clock?.split(':')[0], 0];
  return !generations.some((each) => {
    const [era, at] = each.split(':');
    return era === epoch && Number(at) >= Number(number);
  });
}
