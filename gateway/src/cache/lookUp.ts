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
 * Looks for what is wanted in the process and in the store, in one reading together with the generations that decide whether it is valid. Only where the store knows something that the process does not, and that depends on more than was known before, the generations of the rest are read after it: they are
 * newer than the value then, which is as good. `own`: the tag of what the caller itself has changed, where something may be shown though it has changed.
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
  const kept = wanted.map(({ key, tags }): KeptValue | undefined => {
    const value = tags && layer.get(key);
    return value && now - value.filledAt <= longest ? value : undefined;
  });
  const tags = new Set<Tag>(own === undefined ? [] : [own]);
  const keys: string[] = [];
  for (const [position, { key, tags: known }] of wanted.entries()) {
    for (const tag of kept[position]?.tags ?? known ?? []) tags.add(tag);
    if (!kept[position] && known) keys.push(key);
  }
  const { clock, generations, values } = await store.read([...tags], keys);
  const current = new Map<Tag, string | undefined>([...tags].map((tag, index) => [tag, generations[index]]));
  const read = new Map(keys.map((key, index) => [key, values[index]]));

  const unknown = new Set<Tag>();
  for (const value of read.values()) for (const tag of value?.tags ?? []) if (!current.has(tag)) unknown.add(tag);
  if (unknown.size > 0) {
    const more = await store.read([...unknown], []);
    for (const [index, tag] of [...unknown].entries()) current.set(tag, more.generations[index]);
  }

  const found = wanted.map(({ key }, position): Found | undefined => {
    const stored = read.get(key);
    const value = kept[position] ?? (stored && parsed(stored));
    if (!value) return undefined;
    const age = now - value.filledAt;
    const isValid = value.tags.every((tag, index) => current.get(tag) === value.generations[index]);
    const isFresh = isValid && age <= maxAgeMs;
    if (!isFresh && (staleMs === 0 || age > longest || mayLackOwn(value, clock, own && current.get(own))))
      return undefined;
    if (stored) layer.set(key, value);
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
