import type { Behind } from './behind.js';

/**
 * What reading for one follower costs, in messages read for all (3 µs): to make a consumer, to ask it and to remove it (1 ms), and the server's search for the subject, message by message (measured with NATS 2.9).
 */
const CONSUMER_COST = 300;
const SEARCH_COST = 1 / 30;

type Place = Pick<Behind, 'position' | 'takeOver'>;

/** Who is read for together: the nearest, as many as it is cheaper for than one by one, and none that is farther than `most` messages. */
export function arrangeReplays<B extends Place>(behinds: readonly B[], most: number): { together: B[]; apart: B[] } {
  const nearestFirst = behinds.toSorted((one, other) => other.position - one.position);
  const end = Math.max(...behinds.map(({ takeOver }) => takeOver));
  const alone = ({ position }: B) => CONSUMER_COST + (end - position) * SEARCH_COST;
  let others = behinds.reduce((sum, behind) => sum + alone(behind), 0);
  let least = others;
  let count = 0;
  for (const [index, behind] of nearestFirst.entries()) {
    const distance = end - behind.position;
    if (distance > most) break;
    others -= alone(behind);
    if (distance + others > least) continue;
    least = distance + others;
    count = index + 1;
  }
  return { together: nearestFirst.slice(0, count), apart: nearestFirst.slice(count) };
}
