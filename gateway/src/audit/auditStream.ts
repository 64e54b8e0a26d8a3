import { DiscardPolicy, type JetStreamManager, millis, NatsError, nanos, RetentionPolicy, StorageType } from 'nats';
import type { AuditConfig } from '../config/audit.js';
import type { Connected, NatsLink } from '../eventSource/jetStream/natsLink.js';
import type { Logger } from '../log.js';
import type { AuditRecord } from './auditRecord.js';

export const AUDIT_STREAM = 'AUDIT';
const SUBJECTS = ['audit.>'];
const DAY_MS = 86_400_000;
/** A record whose publishing had no answer is published again with its id: within this time it is not there twice. */
const DUPLICATES_MS = 3_600_000;
const PUBLISH_TIMEOUT_MS = 5_000;
/** Records on their way to NATS at the same time. */
const MOST_AT_ONCE = 64;
/** How often what is dropped is said, while it goes on. */
const SAY_EVERY_MS = 10_000;
const STREAM_NOT_FOUND = 404;

export const SUBJECTS_OF_KINDS = { MUTATION: 'mutation', DISCLOSURE: 'disclosure' } as const;

/** `audit.disclosure.OPERATOR` */
function subjectOf({ kind, who }: Pick<AuditRecord, 'kind' | 'who'>): string {
  return `audit.${SUBJECTS_OF_KINDS[kind]}.${who.kind}`;
}

/**
 * Records on their way to JetStream: kept in order within bounds until the stream has them, however long NATS is away. When there is no room the oldest go, and the log says so: it still has them. States: open → flushing → over.
 */
export class AuditStream {
  /** Records that only the log has. */
  dropped = 0;
  private readonly kept = new Map<string, { readonly subject: string; readonly json: string }>();
  private bytes = 0;
  private readonly going = new AbortController();
  private readonly running: Promise<void>;
  private wake: PromiseWithResolvers<void> | undefined;
  private emptied: PromiseWithResolvers<void> | undefined;
  /** The connection on which the stream has been seen to be as it should. */
  private ready: Connected | undefined;
  private saidAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly options: { readonly link: NatsLink; readonly config: AuditConfig; readonly log: Logger },
  ) {
    this.running = this.run();
  }

  get waiting(): number {
    return this.kept.size;
  }

  add(record: AuditRecord): void {
    const json = JSON.stringify(record);
    this.kept.set(record.id, { subject: subjectOf(record), json });
    this.bytes += json.length;
    for (const id of this.kept.keys()) {
      if (this.bytes <= this.options.config.bufferBytes) break;
      this.drop(id, 'audit records wait for NATS and there is no room for more: the oldest stand in the log alone');
    }
    this.wake?.resolve();
  }

  /** Waits until all are published, at most so long, and ends. */
  async flush(withinMs: number): Promise<void> {
    const left = setTimeout(() => this.going.abort(), withinMs);
    if (this.kept.size > 0) {
      this.emptied ??= Promise.withResolvers();
      await Promise.race([this.emptied.promise, this.running]);
    }
    clearTimeout(left);
    this.going.abort();
    this.wake?.resolve();
    await this.running;
    if (this.kept.size === 0) return;
    this.options.log.error({ records: this.kept.size }, 'audit records were not taken by NATS: the log alone has them');
  }

  private async run(): Promise<void> {
    const { signal } = this.going;
    while (!signal.aborted) {
      if (this.kept.size === 0) {
        this.emptied?.resolve();
        this.wake = Promise.withResolvers();
        await this.wake.promise;
        this.wake = undefined;
        continue;
      }
      await this.options.link
        .attempt('audit', signal, (connected) => this.publishSome(connected))
        .catch((error: unknown) => {
          if (!signal.aborted) this.options.log.error({ err: error }, 'audit records could not be published');
        });
    }
  }

  /** Publishes the oldest; rejects when one of them was not taken. */
  private async publishSome(connected: Connected): Promise<void> {
    if (this.ready !== connected) await ensureStream(connected.manager, this.options.config.retentionDays);
    this.ready = connected;
    const jetStream = connected.nc.jetstream({ timeout: PUBLISH_TIMEOUT_MS });
    const some = this.oldest();
    const published = await Promise.allSettled(
      some.map(async ([id, { subject, json }]) => {
        try {
          await jetStream.publish(subject, json, { msgID: id });
        } catch (error) {
          if (!(error instanceof NatsError) || error.code !== 'MAX_PAYLOAD_EXCEEDED') throw error;
          this.drop(id, 'NATS takes no audit record of this size: the log alone has it');
        }
        this.forget(id);
      }),
    );
    const failed = published.find((each) => each.status === 'rejected');
    if (!failed) return;
    // It may be that the stream is not there any more.
    this.ready = undefined;
    throw failed.reason;
  }

  private oldest() {
    const some: [string, { readonly subject: string; readonly json: string }][] = [];
    for (const entry of this.kept) if (some.push(entry) === MOST_AT_ONCE) break;
    return some;
  }

  private drop(id: string, why: string): void {
    if (!this.forget(id)) return;
    this.dropped += 1;
    if (performance.now() - this.saidAt < SAY_EVERY_MS) return;
    this.saidAt = performance.now();
    this.options.log.error({ dropped: this.dropped }, why);
  }

  private forget(id: string): boolean {
    const entry = this.kept.get(id);
    if (!entry) return false;
    this.bytes -= entry.json.length;
    return this.kept.delete(id);
  }
}

/** Creates the stream, or gives the one that is there this retention. */
async function ensureStream(manager: JetStreamManager, retentionDays: number): Promise<void> {
  const wanted = {
    subjects: SUBJECTS,
    max_age: nanos(retentionDays * DAY_MS),
    duplicate_window: nanos(DUPLICATES_MS),
  };
  const existing = await manager.streams.info(AUDIT_STREAM).catch((error: unknown) => {
    if (error instanceof NatsError && error.api_error?.code === STREAM_NOT_FOUND) return undefined;
    throw error;
  });
  if (!existing) {
    await manager.streams.add({
      ...{ name: AUDIT_STREAM, ...wanted },
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.Old,
    });
  } else if (millis(existing.config.max_age) !== retentionDays * DAY_MS) {
    await manager.streams.update(AUDIT_STREAM, wanted);
  }
}
