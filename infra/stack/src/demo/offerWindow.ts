import { setInterval } from 'node:timers/promises';
import type { GraphClient } from '../graph/graphClient.ts';

const operation = /* GraphQL */ `
  mutation OverrideOfferWindow($input: OverrideOfferWindowInput!) { overrideOfferWindow(input: $input) { seconds } }
`;

/** An override ends by itself after this long: a run that is killed leaves no short window behind for long. */
const MINUTES = 10;

/** Lets offers expire after `seconds` while `work` is under way, and sets the usual window again afterwards. */
export async function withOfferWindow<T>(operator: GraphClient, seconds: number, work: () => Promise<T>): Promise<T> {
  const override = () => operator.request(operation, { input: { seconds, minutes: MINUTES } });
  await override();
  const stop = new AbortController();
  const renewing = (async () => {
    for await (const _ of setInterval((MINUTES * 60_000) / 3, undefined, { signal: stop.signal })) await override();
  })().catch(() => undefined);
  try {
    return await work();
  } finally {
    stop.abort();
    await renewing;
    await operator.request(operation, { input: { seconds: null } });
  }
}
