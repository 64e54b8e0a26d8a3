import { type Command, readAmount } from './commandLine.ts';
import { measureStore } from './store/measureStore.ts';
import { storeReport } from './store/storeReport.ts';

/** `npm run perf -- store`: what batching and the cache spare the stores, switched off and on. */
export const store: Command = {
  usage: `store [--users 1000] [--seconds 15] [--leads 10000] [--think 2]

  The whole platform with so many leads, in three variants: loaders of each request alone, batching, batching and cache. In each of them users ask the gateway for lists and leads, then for the earlier mix.
  --seconds  for which each mix is measured in each variant; each variant is warmed for as long before
  --think    seconds that a user pauses after an answer, on average`,
  options: {
    users: { type: 'string' },
    seconds: { type: 'string' },
    leads: { type: 'string' },
    think: { type: 'string' },
  },
  prepare(flags) {
    const users = readAmount(flags.users, 1_000);
    const seconds = readAmount(flags.seconds, 15);
    const leads = readAmount(flags.leads, 10_000);
    const think = readAmount(flags.think, 2);
    if (!users || !Number.isInteger(users) || !seconds || !leads || !Number.isInteger(leads) || !think)
      return undefined;
    return async () => storeReport(await measureStore({ users, seconds, leads, thinkMs: think * 1_000 }));
  },
};
