import type { Msg } from 'nats';
import { expect, it } from 'vitest';
import { createEventCounters } from './eventCounters.js';
import type { Connected, NatsLink } from './natsLink.js';
import { readStream } from './readStream.js';

/** A stream of so many messages, whose state can be asked for once `failures` requests have failed. */
function linkTo(last: number, failures: number): NatsLink {
  let failed = 0;
  const consumers = new Map<string, number>();
  let deliver: ((error: null, message: Msg) => void) | undefined;
  const connected = {
    lost: new AbortController().signal,
    nc: {
      subscribe(_subject: string, { callback }: { callback: typeof deliver }) {
        deliver = callback;
        return { unsubscribe() {}, getSubject: () => 'inbox' };
      },
      publish(subject: string, request: string) {
        const name = subject.slice(subject.lastIndexOf('.') + 1);
        const { batch } = JSON.parse(request);
        const told = deliver;
        queueMicrotask(() => {
          for (let count = 0; count < batch; count += 1) {
            const position = consumers.get(name) ?? 1;
            consumers.set(name, position + 1);
            const reply = `$JS.ACK.S.${name}.1.${position}.1.0.${last - position}`;
            told?.(null, { reply, subject: 's', data: new Uint8Array() } as Msg);
          }
        });
      },
    },
    manager: {
      consumers: {
        async add(_stream: string, { opt_start_seq }: { opt_start_seq: number }) {
          const name = `c${consumers.size}`;
          consumers.set(name, opt_start_seq);
          return { name, num_pending: last - opt_start_seq + 1 };
        },
        async delete() {},
      },
      streams: {
        async info() {
          failed += 1;
          if (failed <= failures) throw new Error('TIMEOUT');
          return { created: 'then', state: { first_seq: 1, last_seq: last } };
        },
      },
    },
  } as unknown as Connected;
  return {
    async attempt(_what: string, _signal: AbortSignal, work: (connected: Connected) => Promise<unknown>) {
      for (;;) {
        try {
          return await work(connected);
        } catch {}
      }
    },
  } as unknown as NatsLink;
}

it('reads again what it had read when a request after it was not answered', async () => {
  const environment = { counters: createEventCounters(), signal: new AbortController().signal };
  const positions: number[] = [];
  const range = { stream: 'S', after: 0, until: 6, batchSize: 2 };
  for await (const { messages } of readStream(range, { ...environment, link: linkTo(6, 1) }))
    positions.push(...messages.map(({ position }) => position));
  expect(positions).toEqual([1, 2, 3, 4, 5, 6]);
});
