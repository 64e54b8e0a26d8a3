import { connect, type NatsConnection } from 'nats';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAudit } from '../src/audit/audit.js';
import type { AuditRecord, RecordedEntity } from '../src/audit/auditRecord.js';
import type { AuditOptions } from '../src/audit/readAuditOptions.js';
import { readRecords } from '../src/audit/readRecords.js';
import { createMetrics } from '../src/metrics.js';
import { eventually } from './fixtures/eventually.js';
import { createNatsProcess } from './fixtures/natsProcess.js';
import { recordingLog } from './fixtures/recordingLog.js';

const everything: Parameters<typeof readRecords>[1] = {
  since: undefined,
  who: undefined,
  kind: undefined,
  entity: undefined,
  follow: false,
};

async function startNats(): Promise<{ url: string; connection: NatsConnection }> {
  const nats = await createNatsProcess();
  await nats.start();
  const connection = await connect({ servers: nats.url });
  onTestFinished(() => connection.close());
  return { url: nats.url, connection };
}

/** Records of operations that never were. */
function startAudit(url: string) {
  const recording = recordingLog();
  const config = { on: true, retentionDays: 1, bufferBytes: 1e6 };
  const audit = createAudit({ config, natsUrl: url, log: recording.log, metrics: createMetrics() });
  const record = (kind: AuditRecord['kind'], who: string, ...entities: RecordedEntity[]) => {
    const [identityKind = '', sub = ''] = who.split(':');
    const operation = { name: who, hash: 'h', rootFields: ['any'] };
    const identity = { kind: identityKind, sub, scopes: [] };
    audit?.record(kind, operation, { identity, requestId: 'r', headers: {} }, entities, []);
  };
  return { record, recording, close: async () => audit?.close(10_000) };
}

const lead = (key: string, ...fields: string[]): RecordedEntity => ({ __typename: 'Lead', key, fields });

describe('the records that are kept', () => {
  it('are read by kind, by who it was, by entity and by time', async () => {
    const { url, connection } = await startNats();
    const read = async (wanted: Partial<AuditOptions> = {}) => {
      const found = [];
      for await (const { what } of readRecords(connection, { ...everything, ...wanted }, new AbortController().signal))
        found.push(what.operation);
      return found;
    };
    expect(await read()).toEqual([]);
    const audit = startAudit(url);
    audit.record('MUTATION', 'PARTNER:acme', { __typename: 'Lead', key: '1' });
    audit.record('DISCLOSURE', 'PARTNER:rival', lead('1', 'notes'));
    audit.record('DISCLOSURE', 'OPERATOR:ops', lead('2', 'notes'), lead('3', 'notes'));
    await audit.close();
    expect((await read()).sort()).toEqual(['OPERATOR:ops', 'PARTNER:acme', 'PARTNER:rival']);
    expect(await read({ kind: 'MUTATION' })).toEqual(['PARTNER:acme']);
    expect(await read({ who: { kind: 'PARTNER', sub: 'rival' } })).toEqual(['PARTNER:rival']);
    expect(await read({ who: { kind: 'OPERATOR', sub: undefined } })).toEqual(['OPERATOR:ops']);
    expect(await read({ who: { kind: 'AGENT', sub: undefined } })).toEqual([]);
    expect(await read({ entity: { type: 'Lead', key: '3' } })).toEqual(['OPERATOR:ops']);
    expect(await read({ entity: { type: 'Agent', key: undefined } })).toEqual([]);
    expect(await read({ since: new Date(Date.now() + 60_000) })).toEqual([]);
    expect(await read({ since: new Date(Date.now() - 60_000) })).toHaveLength(3);
  });

  it('are followed until nobody wants more', async () => {
    const { url, connection } = await startNats();
    const audit = startAudit(url);
    audit.record('MUTATION', 'PARTNER:before');
    await eventually(async () => (await connection.jetstreamManager()).streams.info('AUDIT'));
    const stop = new AbortController();
    const found: (string | null)[] = [];
    const following = (async () => {
      for await (const { what } of readRecords(connection, { ...everything, follow: true }, stop.signal))
        found.push(what.operation);
    })();
    await eventually(() => expect(found).toEqual(['PARTNER:before']));
    audit.record('MUTATION', 'PARTNER:after');
    await eventually(() => expect(found).toEqual(['PARTNER:before', 'PARTNER:after']));
    stop.abort();
    await following;
    await audit.close();
  });
});
