import { connect } from 'nats';
import { readNatsUrl } from '../config.js';
import { reasonOf } from '../errors/reasonOf.js';
import { formatRecord, TABLE_HEAD } from './formatRecord.js';
import { AUDIT_USAGE, readAuditOptions } from './readAuditOptions.js';
import { readRecords } from './readRecords.js';

/** `npm run audit`: who changed what, and who was shown whose data. */
async function main(): Promise<number> {
  const options = readAuditOptions(process.argv.slice(2), new Date());
  if (typeof options === 'string') {
    console.error(`${options}\n\n${AUDIT_USAGE}`);
    return 2;
  }
  if (options.help) {
    console.log(AUDIT_USAGE);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const connection = await connect({ servers: readNatsUrl(), timeout: 3_000, maxReconnectAttempts: -1 });
  let shown = 0;
  try {
    if (!options.json) console.log(TABLE_HEAD);
    for await (const record of readRecords(connection, options, stop.signal)) {
      shown += 1;
      console.log(options.json ? JSON.stringify(record) : formatRecord(record));
    }
  } finally {
    await connection.close();
  }
  if (!options.json) console.log(`${shown} record${shown === 1 ? '' : 's'}`);
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(`Audit records cannot be read: ${reasonOf(error)}. Is the stack running, and NATS_URL right?`);
    process.exitCode = 1;
  },
);
