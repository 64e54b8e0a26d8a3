import type { GraphClient } from '../graph/graphClient.ts';
import type { DemoLead } from './demoLead.ts';
import { phoneOfRun } from './phoneBook.ts';

/** By then the book of every state's numbers has been gone through several times. */
const MOST_RUNS = 200;

const byPhone = /* GraphQL */ `
  query LeadsWithPhone($phone: String!) {
    leads(filter: { phone: $phone }, first: 1) { edges { node { id } } }
  }
`;

/**
 * The number of the first run that this platform has not seen: the one in which the phone of the first lead belongs to nobody. The first
 * lead's number comes from the same place of the same state's book whatever the seed, so runs of different seeds do not share numbers
 * either. Takes an operator with the scope contacts:read.
 */
export async function nextRun(operator: GraphClient, leads: readonly DemoLead[], scale: number): Promise<number> {
  const phone = leads[0]?.contact.phone;
  if (phone === undefined) return 0;
  for (let run = 0; run < MOST_RUNS; run += 1) {
    const { leads: found } = await operator.uncached().request<{ leads: { edges: unknown[] } }>(byPhone, {
      phone: phoneOfRun(phone, run, scale),
    });
    if (found.edges.length === 0) return run;
  }
  throw new Error(`The demo has run ${MOST_RUNS} times on this data. Begin anew with "npm start -- --fresh".`);
}
