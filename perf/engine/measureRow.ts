import { setTimeout as delay } from 'node:timers/promises';
import { checkAnswers } from '../gateways/checkAnswers.ts';
import type { GatewayKind, GatewayName } from '../gateways/gatewayKinds.ts';
import type { RunningGateway } from '../gateways/startGateway.ts';
import { openLoad } from '../load/openLoad.ts';
import { requestsOf } from '../load/requestsOf.ts';
import { say } from '../report.ts';
import { poolSize } from '../shop/catalogue.ts';
import { operations } from '../shop/operations.ts';
import type { TestBed } from '../testBed.ts';
import { measureRound, type Round, type RoundOptions } from './measureRound.ts';
import type { Row } from './rows.ts';

/** How much is measured. */
export interface Amount {
  readonly rounds: number;
  /** Of each round; the warm-up is as long. */
  readonly seconds: number;
  readonly connections: number;
}

/** The rounds of each gateway in one row. */
export type RowRounds = ReadonlyMap<GatewayName, readonly Round[]>;

/**
 * Measures the gateways in turns, A B C A B C, so that what the machine does besides meets all of them alike. They are started anew for each row, checked to answer the
 * same, and warmed up. Throws when an answer is wrong.
 */
export async function measureRow(
  bed: TestBed,
  row: Row,
  kinds: readonly GatewayKind[],
  amount: Amount,
): Promise<RowRounds> {
  const operation = operations[row.operation];
  const gateways: RunningGateway[] = [];
  try {
    for (const kind of kinds) gateways.push(await bed.start(kind, row.sharing));
    const lengths = await checkAnswers(gateways, operation, bed.keys.token);
    const loads = gateways.map((gateway) => ({
      gateway,
      connections: amount.connections,
      next: requestsOf(operation, bed.keys.token),
      expectedLength: lengths.get(gateway) ?? 0,
      seconds: amount.seconds,
    }));
    for (const load of loads) {
      if (operation.variablesOf) await askForAll(load);
      await measureRound(load);
    }
    const rounds = new Map<GatewayName, Round[]>(kinds.map(({ name }) => [name, []]));
    const recorded = await bed.replay.recorded();
    for (let number = 1; number <= amount.rounds; number++) {
      for (const load of loads) {
        const round = await measureRound(load);
        rounds.get(load.gateway.name)?.push(round);
        say(`  ${row.label}, round ${number}: ${load.gateway.label} ${Math.round(round.requestsPerSecond)}/s`);
      }
    }
    const late = (await bed.replay.recorded()) - recorded;
    if (late > 0) say(`  (${late} requests to subgraphs were new in the measured rounds and had to be executed)`);
    return rounds;
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
  }
}

/** Every request of the pool once, so that the subgraphs have all the answers in memory when it counts. */
async function askForAll({ gateway, ...load }: RoundOptions): Promise<void> {
  const running = await openLoad({ port: gateway.port, ...load });
  try {
    for (let asked = 0; asked < poolSize + load.connections; asked += running.take().requests) await delay(20);
  } finally {
    running.close();
  }
}
