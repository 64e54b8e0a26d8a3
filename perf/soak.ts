import { setTimeout as delay } from 'node:timers/promises';
import { type Command, readAmount } from './commandLine.ts';
import { checkAnswers } from './gateways/checkAnswers.ts';
import { kindOf } from './gateways/gatewayKinds.ts';
import { measureWindow, type Window } from './load/measureWindow.ts';
import { openLoad } from './load/openLoad.ts';
import { requestsOf } from './load/requestsOf.ts';
import { ratioOf } from './ratioOf.ts';
import { atLeast, atMost, barLines, type Report, rounded, say, table } from './report.ts';
import { operations } from './shop/operations.ts';
import { machineOf, prepareTestBed } from './testBed.ts';

const CONNECTIONS = 50;
const MINUTE_S = 60;
const WARM_UP_S = 30;
/** A shorter soak is cut into four, to try it out. */
const FEWEST_WINDOWS = 4;

/** `npm run perf -- soak`: whether the gateway serves as much at the end as at the beginning. */
export const soak: Command = {
  usage: `soak [--minutes 20]

  The large operation with nothing shared for so many minutes: the last one beside the first one after the warm-up, and memory over time.`,
  options: { minutes: { type: 'string' } },
  prepare(flags) {
    const minutes = readAmount(flags.minutes, 20);
    return minutes ? () => runSoak(minutes * 60) : undefined;
  },
};

async function runSoak(seconds: number): Promise<Report> {
  const bed = await prepareTestBed();
  const span = Math.min(MINUTE_S, seconds / FEWEST_WINDOWS);
  const gateway = await bed.start(kindOf('leadgraph'), 'nothing');
  const lengths = await checkAnswers([gateway], operations.large, bed.keys.token);
  const load = await openLoad({
    port: gateway.port,
    connections: CONNECTIONS,
    next: requestsOf(operations.large, bed.keys.token),
    expectedLength: lengths.get(gateway) ?? 0,
  });
  const windows: Window[] = [];
  try {
    await delay(Math.min(WARM_UP_S, span) * 1000);
    for (let at = 0; at + span <= seconds + 0.001; at += span) {
      const window = await measureWindow(load, gateway, bed.replay, span);
      windows.push(window);
      say(`  ${windows.length}: ${Math.round(window.requestsPerSecond)}/s, ${Math.round(window.memory?.rss ?? 0)} MB`);
    }
  } finally {
    load.close();
    await gateway.stop();
    await bed.replay.stop();
  }
  return soakReport(windows, span, machineOf(bed));
}

function soakReport(windows: readonly Window[], span: number, machine: Readonly<Record<string, string>>): Report {
  const [first] = windows;
  const last = windows.at(-1);
  if (!first || !last) throw new Error('Nothing was measured.');
  const { times, by } = ratioOf(last, first);
  const memory = windows.flatMap((each) => each.memory?.rss ?? []);
  const bars = [
    atLeast(`last ${span} s beside the first (by ${by})`, times, 0.9),
    ...(memory.length > 0 ? [atMost('memory, MB', Math.max(...memory), 250)] : []),
  ];
  const shown = (value: number | undefined) => (value === undefined ? '–' : String(rounded(value)));
  const lines = windows.map(
    ({ requestsPerSecond, requestsPerCpuSecond, cpu, p50, p99, memory: { rss, pss } = {} }, at) => [
      `${Math.round(at * span)} s`,
      ...[requestsPerSecond, requestsPerCpuSecond, cpu, p50, p99, rss, pss].map(shown),
    ],
  );
  const header = ['from', 'req/s', 'req/CPU-s', 'cores', 'p50 ms', 'p99 ms', 'RSS MB', 'PSS MB'];
  return {
    name: 'soak',
    figures: { machine, windowSeconds: span, windows },
    bars,
    text: [...Object.values(machine), '', ...table([header, ...lines]), '', ...barLines(bars)],
  };
}
