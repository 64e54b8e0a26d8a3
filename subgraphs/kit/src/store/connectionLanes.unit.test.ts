import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionLanes, type Lane, lanes } from './connectionLanes.js';

const patient = { mostWaiting: 1_000, waitMs: 60_000 };

describe('connection lanes', () => {
  it('never give more than there are, leave each lane one, let nobody wait for a free one, and keep the order within a lane', async () => {
    const step = fc.oneof(fc.constantFrom<Lane>('request', 'background'), fc.nat(20));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60 }), async (size, steps) => {
        const gate = new ConnectionLanes({ size, ...patient });
        const most = size > 1 ? size - 1 : 1;
        const holders: (() => void)[] = [];
        const entered: Record<Lane, number[]> = { request: [], background: [] };
        const asked: Record<Lane, number> = { request: 0, background: 0 };
        for (const each of steps) {
          if (typeof each === 'number') holders.splice(each % Math.max(1, holders.length), 1)[0]?.();
          else {
            const number = asked[each]++;
            gate.enter(each).then(
              (leave) => {
                entered[each].push(number);
                holders.push(leave);
              },
              () => undefined,
            );
          }
          await Promise.resolve();
          await Promise.resolve();
          const held = gate.held('request') + gate.held('background');
          expect(held).toBeLessThanOrEqual(size);
          for (const lane of lanes) {
            expect(gate.held(lane)).toBeLessThanOrEqual(most);
            if (held < size && gate.held(lane) < most) expect(gate.waiting(lane)).toBe(0);
            expect(entered[lane]).toEqual([...entered[lane]].sort((a, b) => a - b));
          }
        }
        gate.close();
      }),
    );
  });

  it('refuse at once who comes behind too many, and after its time who waits', async () => {
    const gate = new ConnectionLanes({ size: 1, mostWaiting: 1, waitMs: 5 });
    const leave = await gate.enter('request');
    const waits = gate.enter('request');
    await expect(gate.enter('request')).rejects.toMatchObject({ code: 'STORE_BUSY', extensions: { retryable: true } });
    await expect(waits).rejects.toMatchObject({ code: 'STORE_BUSY' });
    leave();
    leave();
    expect(gate.held('request')).toBe(0);
    await gate.enter('background');
  });

  it('give way to the lane that has fewer', async () => {
    const gate = new ConnectionLanes({ size: 4, ...patient });
    const consumers = await Promise.all([gate.enter('background'), gate.enter('background'), gate.enter('background')]);
    const request = await gate.enter('request');
    const order: string[] = [];
    void gate.enter('background').then(() => order.push('background'));
    void gate.enter('request').then(() => order.push('request'));
    consumers[0]?.();
    await Promise.resolve();
    await Promise.resolve();
    expect(order).toEqual(['request']);
    request();
  });

  it('keep nothing for background work where only requests come', async () => {
    const gate = new ConnectionLanes({ size: 2, requestsOnly: true, ...patient });
    await gate.enter('request');
    await gate.enter('request');
    expect(gate.held('request')).toBe(2);
  });

  it('once closed refuse everybody', async () => {
    const gate = new ConnectionLanes({ size: 1, ...patient });
    await gate.enter('request');
    const waits = gate.enter('background');
    gate.close();
    await expect(waits).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await expect(gate.enter('request')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});
