import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveConnections } from './liveConnections.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function add(
  connections: LiveConnections<ReturnType<typeof connection>>,
  events: string[],
  name: string,
  stays = false,
) {
  const one = connection(events, name, () => !stays && remove());
  const remove = connections.add(one);
  return remove;
}

function connection(events: string[], name: string, onAway: () => void) {
  const at = (what: string) => events.push(`${what} ${name} at ${performance.now() - began}`);
  return {
    look: () => at('look'),
    goAway: () => {
      at('away');
      onAway();
    },
    end: () => at('end'),
  };
}

let began = 0;

describe('live connections', () => {
  it('are looked after once in a period, a few at a time', () => {
    const connections = new LiveConnections<ReturnType<typeof connection>>(1_600);
    const events: string[] = [];
    for (let index = 0; index < 32; index += 1) add(connections, events, String(index));
    began = performance.now();
    vi.advanceTimersByTime(100);
    expect(events).toHaveLength(2);
    vi.advanceTimersByTime(1_500);
    expect(new Set(events.map((event) => event.split(' ')[1])).size).toBe(32);
    expect(events).toHaveLength(32);
  });

  it('are not looked after any more when they are over', () => {
    const connections = new LiveConnections<ReturnType<typeof connection>>(1_600);
    const events: string[] = [];
    const remove = add(connections, events, 'a');
    remove();
    remove();
    expect(connections.size).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(events).toEqual([]);
  });

  it('are sent away evenly over a time; those that stay are ended a second later', async () => {
    const connections = new LiveConnections<ReturnType<typeof connection>>(1e9);
    const events: string[] = [];
    for (const name of ['a', 'b', 'c']) add(connections, events, name);
    const remove = add(connections, events, 'd', true);
    began = performance.now();
    const done = connections.sendAway(400).then(() => events.push('done'));
    await vi.advanceTimersByTimeAsync(1_400);
    expect(events).toEqual(['away a at 0', 'away b at 100', 'away c at 200', 'away d at 300', 'end d at 1400']);
    remove();
    await done;
    expect(events.at(-1)).toBe('done');
  });

  it('are not waited for when none is left', async () => {
    const connections = new LiveConnections<ReturnType<typeof connection>>(1e9);
    await connections.sendAway(1e9);
    const events: string[] = [];
    const removes = ['a', 'b'].map((name) => add(connections, events, name));
    const done = connections.sendAway(1e9);
    for (const remove of removes) remove();
    await done;
    expect(events).toHaveLength(1);
  });
});
