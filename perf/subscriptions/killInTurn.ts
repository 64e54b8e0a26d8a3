import { setTimeout as delay } from 'node:timers/promises';
import { say } from '../report.ts';
import type { Killable } from './killable.ts';
import type { Window } from './lagFigures.ts';
import type { Publisher } from './publisher.ts';
import type { Subscribers } from './startSubscribers.ts';

/** What a kill did. Seconds from it on; undefined: not within a minute. */
export interface Kill {
  readonly name: string;
  /** When it was, milliseconds since 1970. */
  readonly killedAt: number;
  /** Until the program that was killed answered again. */
  readonly upS: number;
  /** Until all subscribers were connected again. */
  readonly connectedS: number | undefined;
  /** Until they had everything that had been published by half a second before as well. */
  readonly caughtUpS: number | undefined;
  /** Connections that were made again. */
  readonly reconnects: number;
  /** Events published in this time do not count as undisturbed. */
  readonly window: Window;
}

/** Whose events are looked at. */
export interface Live {
  readonly publisher: Publisher;
  readonly subscribers: Subscribers;
  /** How many subscribers there are. */
  readonly count: number;
}

/** How long a program stays away before it is started again. */
const DOWN_MS = 1_000;
const LONGEST_MS = 60_000;
const LOOK_MS = 100;
/** What was published this long ago should have come. */
const ON_THE_WAY_MS = 500;
/** An event that had not come a second after it was published was late before the kill. */
const BEFORE_MS = 1_000;
const AFTER_MS = 2_000;

/** Kills a program, starts it again, waits until all subscribers have what they should, and then until the time after it is over that does not count. */
export async function killAndStart(killable: Killable, live: Live): Promise<Kill> {
  const { reconnects: before } = await live.subscribers.status();
  const killedAt = Date.now();
  const since = () => (Date.now() - killedAt) / 1000;
  await killable.kill();
  say(`  ${killable.name} killed`);
  await delay(DOWN_MS);
  await killable.start();
  const upS = since();
  let [connectedS, caughtUpS]: [number | undefined, number | undefined] = [undefined, undefined];
  let reconnects = before;
  while (caughtUpS === undefined && since() < LONGEST_MS / 1000) {
    const expected = live.publisher.published(ON_THE_WAY_MS);
    const status = await live.subscribers.status();
    reconnects = status.reconnects;
    connectedS = status.connected < live.count ? undefined : (connectedS ?? since());
    if (connectedS !== undefined && status.received >= expected) caughtUpS = since();
    else if (status.ended > 0)
      break; // it will never have everything
    else await delay(LOOK_MS);
  }
  say(`  ${killable.name} is up after ${upS.toFixed(1)} s, all have caught up after ${caughtUpS?.toFixed(1) ?? '–'} s`);
  const until = Date.now() + AFTER_MS;
  await delay(AFTER_MS);
  return {
    name: killable.name,
    killedAt,
    upS,
    connectedS,
    caughtUpS,
    reconnects: reconnects - before,
    window: { from: killedAt - BEFORE_MS, until },
  };
}
