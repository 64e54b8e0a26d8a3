import { type Command, readAmount } from './commandLine.ts';
import { compareRow, type RowFigures } from './engine/compareRow.ts';
import { engineReport } from './engine/engineReport.ts';
import { measureRow } from './engine/measureRow.ts';
import { rows, selectRows } from './engine/rows.ts';
import { gatewayKinds } from './gateways/gatewayKinds.ts';
import { say } from './report.ts';
import { machineOf, prepareTestBed } from './testBed.ts';

const CONNECTIONS = 50;

/** `npm run perf -- engine`: this gateway beside Apollo's and Hive's. */
export const engine: Command = {
  usage: `engine [--rows A,B] [--only A,B] [--rounds 3] [--seconds 5]

  Requests a second of the gateway, of bare ApolloGateway with Apollo Server, and of Hive Gateway with either of its planners.
  --rows     of: ${rows.map(({ id }) => id).join(', ')}; or an operation: large, small, medium, distinct
  --only     of: ${gatewayKinds.map(({ name }) => name).join(', ')}
  --rounds   of each gateway, in turns
  --seconds  of each round; the warm-up before the first one is as long`,
  options: {
    rows: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
  prepare(flags) {
    const selectedRows = flags.rows === undefined ? rows : selectRows(flags.rows.split(','));
    const names = flags.only?.split(',');
    const kinds = gatewayKinds.filter(({ name }) => !names || names.includes(name));
    const rounds = readAmount(flags.rounds, 3);
    const seconds = readAmount(flags.seconds, 5);
    if (!selectedRows || !rounds || !seconds || kinds.length === 0 || (names && kinds.length < names.length))
      return undefined;

    return async () => {
      const bed = await prepareTestBed();
      const perRow = kinds.length * (seconds + 0.3) * (Math.ceil(rounds) + 1) + 15;
      say(
        `${selectedRows.length} rows, about ${Math.ceil((selectedRows.length * perRow) / 60)} min; ${bed.cores.remark}`,
      );
      const measured: RowFigures[] = [];
      for (const row of selectedRows) {
        const amount = { rounds: Math.ceil(rounds), seconds, connections: CONNECTIONS };
        measured.push(compareRow(row, await measureRow(bed, row, kinds, amount)));
      }
      await bed.replay.stop();
      return engineReport(measured, machineOf(bed));
    };
  },
};
