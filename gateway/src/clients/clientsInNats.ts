import { setTimeout as delay } from 'node:timers/promises';
import {
  CLIENTS_BUCKET,
  CLIENTS_HISTORY,
  type EntryName,
  readClient,
  readEntryKey,
  readStoredManifest,
} from '@leadgraph/schema/clients';
import type { KvEntry } from 'nats';
import type { Connected, NatsLink } from '../eventSource/jetStream/natsLink.js';
import { untilAborted } from '../eventSource/jetStream/untilAborted.js';
import type { Logger } from '../log.js';
import type { WatchedClients } from './clientDirectory.js';
import { KnownClients } from './knownClients.js';

/** How often it is asked whether something was published that has not come. */
const CHECK_MS = 2_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 3_000;
const OPENING_MS = 5_000;
/** What is published together is made known together. */
const COLLECT_MS = 20;

export interface ClientsInNatsOptions {
  readonly link: NatsLink;
  readonly log: Logger;
  readonly bucket?: string;
  readonly checkMs?: number;
}

/**
 * Clients in a key-value bucket of JetStream, which every process of the gateway watches. As long as NATS is away the last known state is used. Each time it comes back everything is read
 * anew. When it comes back without its data, what was known goes on being used, entry by entry, until it is published again: that a disk was lost is nobody's decision about clients. A value that is not
 * what it should be is logged, and its entry stays as it was.
 */
export function clientsInNats(options: ClientsInNatsOptions): WatchedClients {
  const { link, log, bucket = CLIENTS_BUCKET, checkMs = CHECK_MS } = options;
  const known = new KnownClients();
  /** Which bucket an entry that is in use comes from, by when it was made. */
  const origins = new Map<string, string>();
  const closing = new AbortController();
  let inStepAt: number | undefined;
  const running = run();

  return {
    source: 'nats',
    get current() {
      return known.current;
    },
    get inStepAt() {
      return inStepAt;
    },
    onChanged: (listener) => known.onChanged(listener),
    async close() {
      closing.abort();
      await running;
    },
  };

  async function run(): Promise<void> {
    const { signal } = closing;
    let pause = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        const connected = await link.ready(signal);
        await follow(connected);
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error, bucket }, 'clients cannot be read from NATS; trying again');
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
      await delay(pause, undefined, { signal }).catch(() => {}); // closed meanwhile
    }
  }

  /** From opening the bucket until the connection is lost, or the watch has fallen behind. Rejects when the bucket cannot be opened. */
  async function follow({ nc, manager, lost }: Connected): Promise<void> {
    const over = AbortSignal.any([lost, closing.signal]);
    const opening = AbortSignal.any([over, AbortSignal.timeout(OPENING_MS)]);
    const js = nc.jetstream();
    const kv = await untilAborted(js.views.kv(bucket, { history: CLIENTS_HISTORY }), opening);
    const stream = `KV_${bucket}`;
    const { created, state } = await untilAborted(manager.streams.info(stream), opening);
    const watch = await untilAborted(kv.watch(), opening);
    const seen = new Set<string>();
    let revision = 0;
    let isRead = false;
    let publishing: NodeJS.Timeout | undefined;
    let behind: number | undefined;

    const read = () => {
      isRead = true;
      // The newest messages may have been purged: what was there when it was asked has come, or is no more.
      revision = Math.max(revision, state.last_seq);
      dropUnseen(created, seen);
      inStepAt = Date.now();
      known.publish();
    };
    const check = async () => {
      const { created: createdNow, state: now } = await manager.streams.info(stream);
      if (createdNow !== created) throw new Error('the bucket has been made anew');
      // Looked at once more before it is called behind: the message may be under way.
      if (isRead && revision >= now.last_seq) inStepAt = Date.now();
      else if (behind !== undefined && behind === revision) throw new Error('the watch has fallen behind');
      else {
        behind = revision;
        return;
      }
      behind = undefined;
    };
    const checks = setInterval(() => {
      check().catch((error: unknown) => {
        if (!over.aborted) log.warn({ err: error, bucket }, 'clients are read anew');
        watch.stop();
      });
    }, checkMs);
    const stop = () => watch.stop();
    over.addEventListener('abort', stop);
    try {
      if (over.aborted) return;
      if (state.messages === 0) read();
      for await (const entry of watch) {
        seen.add(entry.key);
        await apply(entry, created);
        revision = Math.max(revision, entry.revision);
        if (!isRead && entry.delta === 0) read();
        else if (isRead)
          publishing ??= setTimeout(() => {
            publishing = undefined;
            inStepAt = Date.now();
            known.publish();
          }, COLLECT_MS);
      }
    } finally {
      over.removeEventListener('abort', stop);
      clearInterval(checks);
      clearTimeout(publishing);
      if (isRead) known.publish();
      watch.stop();
    }
  }

  async function apply(entry: KvEntry, created: string): Promise<void> {
    const name = readEntryKey(entry.key);
    if (!name) {
      log.warn({ key: entry.key, bucket }, 'an entry among the clients has a name that means nothing');
      return;
    }
    if (entry.operation !== 'PUT') {
      remove(name);
      origins.delete(entry.key);
      return;
    }
    origins.set(entry.key, created);
    try {
      if (name.kind === 'client') known.setClient(name.name, readClient(entry.value));
      else known.setManifest({ ...(await readStoredManifest(entry.value)), client: name.name });
    } catch (error) {
      log.error(
        { err: error, key: entry.key, revision: entry.revision },
        'an entry among the clients cannot be used; it stays as it was',
      );
    }
  }

  function remove({ kind, name }: EntryName): void {
    if (kind === 'client') known.removeClient(name);
    else known.removeManifest(name);
  }

  /** After everything has been read: what is not there any more. */
  function dropUnseen(created: string, seen: ReadonlySet<string>): void {
    let kept = 0;
    for (const [key, origin] of origins) {
      if (seen.has(key)) continue;
      const name = readEntryKey(key);
      if (origin !== created) kept += 1;
      else if (name) {
        remove(name);
        origins.delete(key);
      }
    }
    if (kept > 0) {
      log.error(
        { bucket, entries: kept },
        'the clients in NATS were lost; those known before are used until they are published again',
      );
    }
  }
}
