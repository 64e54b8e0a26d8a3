import { fileURLToPath } from 'node:url';
import { type RunningChild, startChild } from '../processes/childProcesses.ts';
import type { SubscriberIdentity } from './subscriber.ts';
import type { Connected, SubscriberRequest, SubscriberResults, SubscriberStatus } from './subscriberMessages.ts';

/** Subscribers in processes of their own. Questions are asked one after the other. */
export interface Subscribers {
  readonly pids: readonly number[];
  /** Lets some more subscribe, and resolves when all of them follow. Rejects when one cannot. */
  readonly connect: (url: string, identities: readonly SubscriberIdentity[]) => Promise<void>;
  readonly status: () => Promise<SubscriberStatus>;
  readonly results: () => Promise<SubscriberResults>;
  readonly stop: () => Promise<void>;
}

const PROCESSES = 2;

/** Starts processes of subscribers on the given cores; nobody subscribes yet. */
export function startSubscribers(cores: string | undefined): Subscribers {
  const children = Array.from({ length: PROCESSES }, (_, index) =>
    startChild({
      name: `Process ${index + 1} of subscribers`,
      args: [fileURLToPath(new URL('./subscriberProcess.ts', import.meta.url))],
      env: {},
      cores,
    }),
  );
  const all = <Answer>(requestOf: (index: number) => SubscriberRequest) =>
    Promise.all(children.map((child, index) => answerOf<Answer>(child, requestOf(index))));
  return {
    pids: children.map(({ pid }) => pid),
    async connect(url, identities) {
      const part = (index: number) => identities.filter((_, place) => place % PROCESSES === index);
      const answers = await all<Connected>((index) => ({ do: 'connect', url, identities: part(index) }));
      const failure = answers.find((each) => each.failure)?.failure;
      if (failure) throw new Error(failure);
    },
    async status() {
      const answers = await all<SubscriberStatus>(() => ({ do: 'status' }));
      const sum = (key: keyof SubscriberStatus) => answers.reduce((total, each) => total + each[key], 0);
      return {
        connected: sum('connected'),
        ended: sum('ended'),
        reconnects: sum('reconnects'),
        received: sum('received'),
      };
    },
    async results() {
      const answers = await all<SubscriberResults>(() => ({ do: 'results' }));
      return {
        delivered: answers.flatMap(({ delivered }) => delivered),
        arrivals: answers.flatMap(({ arrivals }) => arrivals),
      };
    },
    stop: async () => void (await Promise.all(children.map((child) => child.stop()))),
  };
}

async function answerOf<Answer>(child: RunningChild, request: SubscriberRequest): Promise<Answer> {
  const answer = child.message();
  child.send(request);
  return (await answer) as Answer;
}
