import { parseArgs } from 'node:util';
import { connect } from 'nats';
import { readNatsUrl } from '../config.js';
import { listDeadLetters, replayDeadLetter } from './deadLetters.js';

const USAGE = `npm run dead-letters -- list [--consumer leads|agents|payments|ai] [--json]
npm run dead-letters -- replay (--all | --consumer NAME | SEQUENCE …)

list     shows the messages that a subgraph could not handle, with the reason
replay   sends them to that subgraph once more; a message that it has handled meanwhile does nothing`;

/** `npm run dead-letters`: lists what could not be handled, or sends it to its consumer once more. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      consumer: { type: 'string' },
      json: { type: 'boolean' },
      all: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const [command, ...sequences] = positionals;
  const chosen = values.all || values.consumer !== undefined || sequences.length > 0;
  if (
    values.help ||
    !(command === 'list' || (command === 'replay' && chosen)) ||
    sequences.some((each) => !/^\d+$/.test(each))
  ) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }

  const connection = await connect({ servers: readNatsUrl(), timeout: 3_000, maxReconnectAttempts: 3 });
  try {
    const manager = await connection.jetstreamManager();
    const letters = await listDeadLetters(manager, values.consumer);
    if (command === 'list') {
      if (values.json) for (const letter of letters) console.log(JSON.stringify(letter));
      else
        for (const letter of letters)
          console.log(`${letter.sequence}\t${letter.diedAt}\t${letter.consumer}\t${letter.subject}\t${letter.reason}`);
      if (!values.json) console.log(`${letters.length} dead letters`);
      return 0;
    }
    const wanted = letters.filter(({ sequence }) => sequences.length === 0 || sequences.includes(String(sequence)));
    for (const { sequence } of wanted) await replayDeadLetter(connection.jetstream(), manager, sequence);
    console.log(`${wanted.length} dead letters were sent to their consumers again`);
    return wanted.length === 0 && sequences.length > 0 ? 1 : 0;
  } finally {
    await connection.close();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`Dead letters cannot be read: ${reason}. Is the stack running, and NATS_URL right?`);
    process.exitCode = 1;
  },
);
