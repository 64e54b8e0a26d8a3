import { setTimeout as delay } from 'node:timers/promises';
import { checkAnswers } from '../gateways/checkAnswers.ts';
import type { GatewayKind, GatewayName } from '../gateways/gatewayKinds.ts';
import type { RunningGateway } from '../gateways/startGateway.ts';
import { measureWindow, type Window } from '../load/measureWindow.ts';
import { type LoadOptions, openLoad } from '../load/openLoad.ts';
import { requestsOf } from '../load/requestsOf.ts';
import { say } from '../report.ts';
import { poolSize } from '../shop/catalogue.ts';
import { operations } from '../shop/operations.ts';
import type { TestBed } from '../testBed.ts';
import type { Row } from './rows.ts';

/** How much is measured. */
export interface Amount {
  readonly rounds: number;
  /** Of each round; the warm-up is as long. */
  readonly seconds: number;
  readonly connections: number;
}

/** The rounds of each gateway in one row. */
export type RowRounds = ReadonlyMap<GatewayName, readonly Window[]>;

/** Connections open and load runs for so long before anything is counted. */
const RAMP_MS = 300;

/**
 * Measures the gateways in turns, A B C A B C, so that what the machine does besides meets all of them alike. They are started anew for each row, checked to answer the
 * same, and warmed up. Throws when an answer is wrong.
 */
export async function measureRow(
  bed: TestBed,
  row: Row,
  kinds: readonly GatewayKind[],
  { rounds, seconds, connections }: Amount,
): Promise<RowRounds> {
  const operation = operations[row.operation];
  const gateways: RunningGateway[] = [];
  try {
    for (const kind of kinds) gateways.push(await bed.start(kind, row.sharing));
    const lengths = await checkAnswers(gateways, operation, bed.keys.token);
    const contestants = gateways.map((gateway) => {
      const load: LoadOptions = {
        port: gateway.port,
        connections,
        next: requestsOf(operation, bed.keys.token),
        expectedLength: lengths.get(gateway) ?? 0,
      };
      return { gateway, load, windows: [] as Window[] };
    });
    for (const { gateway, load } of contestants) {
      if (operation.variablesOf) await askForAll(load);
      await measureRound(bed, gateway, load, seconds);
    }
    for (let number = 1; number <= rounds; number++) {
      for (const { gateway, load, windows } of contestants) {
        const window = await measureRound(bed, gateway, load, seconds);
        windows.push(window);
        const executed = window.recorded > 0 ? `, ${window.recorded} requests to subgraphs were new` : '';
        say(`  ${row.label}, round ${number}: ${gateway.label} ${Math.round(window.requestsPerSecond)}/s${executed}`);
      }
    }
    return new Map(contestants.map(({ gateway, windows }) => [gateway.name, windows]));
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
  }
}

/** Connections of their own for each round: servers close those that idle while the others have their turn. */
async function measureRound(
  bed: TestBed,
  gateway: RunningGateway,
  options: LoadOptions,
  seconds: number,
): Promise<Window> {
  const load = await openLoad(options);
  try {
    await delay(RAMP_MS);
    return await measureWindow(load, gateway, bed.replay, seconds);
  } finally {
    load.close();
  }
}

/** Every request of the pool once, so that the subgraphs have all the answers in memory when it counts. */
async function askForAll(options: LoadOptions): Promise<void> {
  const load = await openLoad(options);
  try {
    for (let asked = 0; asked < poolSize + options.connections; asked += load.take().requests) await delay(20);
  } finally {
    load.close();
  }
}
