import type { Feed, LiveEvent } from './feeds.ts';

/** As wide as the longest kind that is common. */
const KIND_WIDTH = 12;

/** One line for an event: when it happened (local time), what, and what it is about now. */
export function eventLine(feed: Feed, event: LiveEvent, now: Date): string {
  const at = clock(event.occurredAt ?? now.toISOString());
  const about =
    event.kind === 'GAP'
      ? 'events before this one are not kept any more and were missed; what follows is complete again'
      : (feed.describe(event as never) ?? 'what it is about is not there any more');
  return `${at}  ${event.kind.padEnd(KIND_WIDTH)}  ${about}`;
}

/** The local time of day of an instant. */
export function clock(instant: string): string {
  return new Date(instant).toTimeString().slice(0, 8);
}

/** $12.34 */
export function cents(amount: number): string {
  return `${amount < 0 ? '-' : ''}$${(Math.abs(amount) / 100).toFixed(2)}`;
}

/** What there is of it, two spaces apart. */
export function words(parts: readonly (string | false | null | undefined)[]): string {
  return parts.filter(Boolean).join('  ');
}
