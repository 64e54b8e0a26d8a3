// A part of the subscribers as a process of its own. Does what the parent asks for: see `subscriberMessages.ts`.
import { setTimeout as delay } from 'node:timers/promises';
import { Subscriber } from './subscriber.ts';
import type {
  Arrival,
  Connected,
  SubscriberRequest,
  SubscriberResults,
  SubscriberStatus,
} from './subscriberMessages.ts';

/** So many are on their way to their first event at a time: coming all at once is what they do when the gateway is killed. */
const AT_ONCE = 50;
const CONNECT_TIMEOUT_MS = 30_000;

const subscribers: Subscriber[] = [];
const arrivals: Arrival[] = [];

process.on('message', async (request: SubscriberRequest) => {
  if (request.do === 'connect') process.send?.(await connect(request));
  else process.send?.(request.do === 'status' ? status() : results());
});

async function connect({ url, identities }: SubscriberRequest & { do: 'connect' }): Promise<Connected> {
  const waiting = [...identities];
  const onFirst = (publishedAt: number) => arrivals.push([publishedAt, Date.now() - publishedAt]);
  const connectSome = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const subscriber = new Subscriber(next, url, onFirst);
      subscribers.push(subscriber);
      await Promise.race([subscriber.follows, late(subscriber)]);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, connectSome));
    return { failure: undefined };
  } catch (error) {
    return { failure: (error as Error).message };
  }
}

async function late({ id, faults }: Subscriber): Promise<never> {
  await delay(CONNECT_TIMEOUT_MS, undefined, { ref: false });
  throw new Error(`${id} does not hear where its subscription begins. ${faults.join(' ')}`);
}

function status(): SubscriberStatus {
  const sum = (count: (subscriber: Subscriber) => number) => subscribers.reduce((all, each) => all + count(each), 0);
  return {
    connected: sum(({ isConnected }) => Number(isConnected)),
    ended: sum(({ hasEnded }) => Number(hasEnded)),
    reconnects: sum(({ connections }) => Math.max(0, connections - 1)),
    received: sum(({ received }) => received),
  };
}

function results(): SubscriberResults {
  const delivered = subscribers.map(({ id, numbers, foreign, gaps, faults }) => ({
    id,
    numbers,
    foreign,
    gaps,
    faults,
  }));
  return { delivered, arrivals };
}
