import { atMost, barLines, type Report, rounded, table } from '../report.ts';
import type { GatewayMemory } from './gatewayMemory.ts';
import type { LagFigures } from './lagFigures.ts';
import type { SubscriptionsFigures } from './measureSubscriptions.ts';

/** What the project had before: one of 500 connections was dropped. */
const EARLIER = { connections: 500, dropped: 1, meanMs: 45 };

/** Holds what was measured against what is promised. */
export function subscriptionsReport(measured: SubscriptionsFigures): Report {
  const { machine, amount, deliveries, lag, memory } = measured;
  const perSubscriber = perSubscriberKb(memory.before, memory.served, amount.subscribers);
  const bars = [
    atMost('missing events', deliveries.missing, 0),
    atMost('doubled events', deliveries.doubled, 0),
    atMost('events out of order', deliveries.outOfOrder, 0),
    atMost('foreign events', deliveries.foreign, 0),
    ...(perSubscriber.rss === undefined ? [] : [atMost('memory for each subscriber, kB', perSubscriber.rss, 30)]),
    atMost('p99 lag outside the kills, ms', lag.outside.p99, 100),
  ];
  return {
    name: 'subscriptions',
    figures: { ...measured, perSubscriberKb: perSubscriber, earlier: EARLIER },
    bars,
    text: [
      ...[...Object.values(machine), ''],
      ...[...deliveryLines(measured), ''],
      ...[...killLines(measured), ''],
      ...[...lagLines(lag), ''],
      ...[...memoryLines(memory, amount.subscribers), ''],
      ...[...cpuLines(measured), ''],
      `Earlier: ${EARLIER.connections} connections, ${EARLIER.dropped} dropped, ${EARLIER.meanMs} ms on average. Now: ${amount.subscribers}, ${deliveries.incomplete} dropped, ${shown(lag.outside.mean)} ms outside the kills.`,
      ...['', ...barLines(bars)],
    ],
  };
}

function deliveryLines({ amount, began, deliveries, published, reconnects, faults }: SubscriptionsFigures): string[] {
  const { sent, received, missing, doubled, outOfOrder, foreign, gaps, incomplete, examples } = deliveries;
  return [
    ...table([
      ['subscribers', String(amount.subscribers)],
      ['events sent', String(sent)],
      ['  of them held by the stream', String(published.stored)],
      ['  publications repeated', String(published.repeated)],
      ['events received', String(received)],
      ['missing', String(missing)],
      ['doubled', String(doubled)],
      ['out of order', String(outOfOrder)],
      ['foreign', String(foreign)],
      ['subscribers that lack something', String(incomplete)],
      ['gaps told', String(gaps)],
      ['reconnects', String(reconnects)],
      ['errors told', String(faults.count)],
    ]),
    ...examples.map(
      ({ id, number, publishedAt }) =>
        `  missing: number ${number} of ${id}, published at ${((publishedAt - began) / 1000).toFixed(1)} s`,
    ),
    ...faults.first.map((fault) => `  ${fault}`),
  ];
}

function killLines({ began, kills }: SubscriptionsFigures): string[] {
  return table([
    ['killed', 'at s', 'up after s', 'all connected', 'all caught up', 'reconnects'],
    ...kills.map(({ name, killedAt, upS, connectedS, caughtUpS, reconnects }) => [
      name,
      ...[(killedAt - began) / 1000, upS, connectedS, caughtUpS, reconnects].map(shown),
    ]),
  ]);
}

function lagLines({ outside, within }: SubscriptionsFigures['lag']): string[] {
  const line = (name: string, { events, mean, p50, p99, max }: LagFigures) => [
    name,
    String(events),
    ...[mean, p50, p99, max].map(shown),
  ];
  return table([
    ['lag, ms', 'events', 'mean', 'p50', 'p99', 'max'],
    line('outside the kills', outside),
    line('within', within),
  ]);
}

function memoryLines(
  { before, connected, served, ended }: SubscriptionsFigures['memory'],
  subscribers: number,
): string[] {
  const line = (name: string, { rss, pss, heapUsed, heapTotal, external }: GatewayMemory) => [
    name,
    ...[rss, pss, heapUsed, heapTotal, external].map(shown),
  ];
  return table([
    ['memory of the gateway, MB', 'RSS', 'PSS', 'heap used', 'heap', 'external'],
    line('before connecting', before),
    line('all connected', connected),
    line('just before the first kill', served),
    line('in the end (started again)', ended),
    line('for each subscriber, kB', perSubscriberKb(before, served, subscribers)),
  ]);
}

function cpuLines({ connecting, cores, amount }: SubscriptionsFigures): string[] {
  const { seconds, gatewayCpuSeconds } = connecting;
  const each = gatewayCpuSeconds === undefined ? undefined : (gatewayCpuSeconds * 1000) / amount.subscribers;
  return [
    `connecting: ${shown(seconds)} s, ${shown(each)} ms of the gateway's CPU time for each subscriber`,
    '',
    ...table([
      ['cores outside the kills', 'used', 'waited for'],
      ...Object.entries(cores).map(([name, { used, waited }]) => [name, shown(used), shown(waited)]),
    ]),
  ];
}

function perSubscriberKb(before: GatewayMemory, after: GatewayMemory, subscribers: number): GatewayMemory {
  const each = (key: keyof GatewayMemory) => {
    const [from, to] = [before[key], after[key]];
    return from === undefined || to === undefined ? undefined : ((to - from) * 1000) / subscribers;
  };
  return {
    rss: each('rss'),
    pss: each('pss'),
    heapUsed: each('heapUsed'),
    heapTotal: each('heapTotal'),
    external: each('external'),
  };
}

function shown(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : String(rounded(value));
}
