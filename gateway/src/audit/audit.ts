import { randomUUID } from 'node:crypto';
import { Counter, Gauge } from 'prom-client';
import type { AuditConfig } from '../config/audit.js';
import { NatsLink } from '../eventSource/jetStream/natsLink.js';
import type { Identity } from '../identity/identity.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { Operation } from '../operation/operation.js';
import type { RequestContext } from '../requestContext.js';
import {
  type AuditRecord,
  MOST_ENTITIES,
  outcomeOf,
  type RecordedEntity,
  shortUserAgent,
  type Transport,
} from './auditRecord.js';
import { AuditStream } from './auditStream.js';

/** Of whose request a record is. */
export interface Recorded {
  readonly identity: Identity;
  readonly requestId: string;
  readonly headers: RequestContext['headers'];
  readonly address?: string | undefined;
  /** `http` unless it is given. */
  readonly transport?: Transport | undefined;
  /** The public prefix of the key by which the client has authenticated itself. */
  readonly keyPrefix?: string | undefined;
  /** The client in whose manifest the operation stands, where it was asked for by its id. */
  readonly manifest?: string | undefined;
}

/** What is recorded of an operation. */
export type RecordedOperation = Pick<Operation, 'name' | 'hash' | 'rootFields'>;

/** Where records go: to the log at once, and to NATS as soon as it takes them. Nobody waits for it. */
export interface Audit {
  record(
    kind: AuditRecord['kind'],
    operation: RecordedOperation,
    sender: Recorded,
    entities: readonly RecordedEntity[],
    codes: readonly string[],
  ): void;
  /** Waits until NATS has taken all records, at most so long; then closes the connection. */
  close(withinMs: number): Promise<void>;
}

export interface AuditOptions {
  readonly config: AuditConfig;
  /** Without it records go to the log alone. */
  readonly natsUrl: string | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Makes the audit; undefined where it is off. */
export function createAudit({ config, natsUrl, log, metrics }: AuditOptions): Audit | undefined {
  if (!config.on) return undefined;
  // Whatever else the log leaves out: it has the records that NATS never got.
  const lines = log.child({ logger: 'audit' }, log.level === 'silent' ? {} : { level: 'info' });
  const records = new Counter({
    name: 'audit_records_total',
    help: 'Audit records, by kind (mutation, disclosure).',
    labelNames: ['kind'],
    registers: [metrics.registry],
  });
  // A connection of its own: records of the last requests go out after everything else has been closed.
  const link = natsUrl === undefined ? undefined : new NatsLink({ url: natsUrl, name: 'gateway-audit', log });
  const stream = link && new AuditStream({ link, config, log: lines });
  if (stream) showStream(stream, metrics);

  const write = (record: AuditRecord) => {
    records.inc({ kind: record.kind.toLowerCase() });
    lines.info({ audit: record }, 'audit');
    stream?.add(record);
  };
  return {
    record(kind, { name, hash, rootFields }, sender, entities, codes) {
      const { identity, requestId, headers, address, transport = 'http', keyPrefix, manifest } = sender;
      const common = {
        at: new Date().toISOString(),
        kind,
        who: { kind: identity.kind, sub: identity.sub, ...(keyPrefix !== undefined && { key: keyPrefix }) },
        what: { operation: name ?? null, hash, fields: rootFields, ...(manifest !== undefined && { manifest }) },
        outcome: outcomeOf(codes),
        from: { address: address ?? null, transport, userAgent: shortUserAgent(headers['user-agent']) },
        requestId,
      };
      for (let from = 0; from === 0 || from < entities.length; from += MOST_ENTITIES)
        write({ id: randomUUID(), ...common, entities: entities.slice(from, from + MOST_ENTITIES) });
    },
    async close(withinMs) {
      await stream?.flush(withinMs);
      await link?.close();
    },
  };
}

function showStream(stream: AuditStream, { registry }: Metrics): void {
  const registers = [registry];
  new Gauge({
    name: 'audit_records_waiting',
    help: 'Audit records that NATS has not taken yet.',
    registers,
    collect() {
      this.set(stream.waiting);
    },
  });
  new Counter({
    name: 'audit_records_dropped_total',
    help: 'Audit records that stand in the log alone: the buffer was full, or NATS does not take them.',
    registers,
    collect() {
      this.reset();
      this.inc(stream.dropped);
    },
  });
}
