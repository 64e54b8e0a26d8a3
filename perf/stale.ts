import { type Command, readAmount } from './commandLine.ts';
import { atLeast, atMost, barLines, type Report, rounded } from './report.ts';
import { measureStale, type StaleFigures } from './stale/measureStale.ts';

/** Of what is looked up, the least that has to come from the cache: else nothing is said about it. */
const LEAST_HITS = 0.2;
const LEAST_READS_PER_SECOND = 20;

/** `npm run perf -- stale`: whether anybody reads what was, after being told what is. */
export const stale: Command = {
  usage: `stale [--seconds 60] [--gateways 2] [--fencing on|off]

  Several clients change and read a few wallets and campaigns through gateways that share a cache, while the gateways, NATS and Redis are killed in turn; some of the subgraphs' answers
  are held back for up to 50 ms. Counts the reads that show less than a mutation's answer or an event had told before they began: none may.
  --fencing  off: answers are kept though what is in them has changed since they were made. Then stale reads have to be found, or this finds none at all`,
  options: { seconds: { type: 'string' }, gateways: { type: 'string' }, fencing: { type: 'string' } },
  prepare(flags) {
    const seconds = readAmount(flags.seconds, 60);
    const gateways = readAmount(flags.gateways, 2);
    if (!seconds || !gateways || !Number.isInteger(gateways)) return undefined;
    if (flags.fencing !== undefined && flags.fencing !== 'on' && flags.fencing !== 'off') return undefined;
    return async () => staleReport(await measureStale({ seconds, gateways, fencing: flags.fencing !== 'off' }));
  },
};

function staleReport(figures: StaleFigures): Report {
  const { checked, hits, misses, refused, kills, seconds, fencing } = figures;
  const share = hits / (hits + misses);
  const bars = [
    fencing ? atMost('stale reads', checked.stale, 0) : atLeast('stale reads, without fencing', checked.stale, 1),
    atLeast('reads a second', checked.reads / seconds, LEAST_READS_PER_SECOND),
    atLeast('of what was looked up, from the cache', share, LEAST_HITS),
    atLeast('events pushed', checked.pushes, 1),
  ];
  const killed = Object.entries(kills).map(([name, times]) => `${name} ${times} times`);
  return {
    name: 'stale',
    figures,
    bars,
    text: [
      `${checked.reads} reads, ${checked.stale} of them stale; ${checked.changes} changes, ${checked.pushes} events pushed, ${checked.failed} requests without an answer`,
      `${hits} hits, ${misses} misses (${rounded(share * 100)} %), ${refused} fills refused; killed: ${killed.join(', ') || 'nobody'}`,
      ...checked.examples.map((example) => `  ${example}`),
      ...['', ...barLines(bars)],
    ],
  };
}
