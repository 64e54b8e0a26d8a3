import { type Command, readAmount } from './commandLine.ts';
import { dataReport } from './data/dataReport.ts';
import { measureData } from './data/measureData.ts';

/** `npm run perf -- data`: what the stores do with a million leads, beside the earlier platform's figures. */
export const data: Command = {
  usage: `data [--leads 1000000] [--seconds 10] [--fresh yes]

  Loads so many leads with their offers and charges (once: they are kept, and an interrupted run goes on). At 10, 25, 50 and 100 % of them it measures what reads cost in the database, and foretells
  what they would with ten million. Then it lets 1, 100 and 500 callers ask the subgraphs for each of six kinds of statement, at the pace of the earlier users and as fast as answers come. At last 100, 500 and 1,000 users ask for lists, leads and new leads at once.
  --seconds  for which each number of callers asks at that pace
  --fresh    yes: throw the loaded leads away first`,
  options: { leads: { type: 'string' }, seconds: { type: 'string' }, fresh: { type: 'string' } },
  prepare(flags) {
    const leads = readAmount(flags.leads, 1_000_000);
    const seconds = readAmount(flags.seconds, 10);
    if (!leads || !Number.isInteger(leads) || !seconds) return undefined;
    if (flags.fresh !== undefined && flags.fresh !== 'yes') return undefined;
    return async () => dataReport(await measureData({ leads, seconds, fresh: flags.fresh === 'yes' }));
  },
};
