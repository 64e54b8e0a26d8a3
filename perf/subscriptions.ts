import { type Command, readAmount } from './commandLine.ts';
import { measureSubscriptions } from './subscriptions/measureSubscriptions.ts';
import { subscriptionsReport } from './subscriptions/subscriptionsReport.ts';

/** `npm run perf -- subscriptions`: whether subscribers get everything, once and in order, whatever goes away meanwhile. */
export const subscriptions: Command = {
  usage: `subscriptions [--subscribers 5000] [--rate 200] [--seconds 60]

  So many subscribers, each with events of its own, while the gateway, a subgraph and NATS are killed one after the other.
  --rate     events a second, of all subscribers together
  --seconds  for which events are published`,
  options: { subscribers: { type: 'string' }, rate: { type: 'string' }, seconds: { type: 'string' } },
  prepare(flags) {
    const subscribers = readAmount(flags.subscribers, 5_000);
    const rate = readAmount(flags.rate, 200);
    const seconds = readAmount(flags.seconds, 60);
    if (!subscribers || !Number.isInteger(subscribers) || !rate || !seconds) return undefined;
    return async () => subscriptionsReport(await measureSubscriptions({ subscribers, rate, seconds }));
  },
};
