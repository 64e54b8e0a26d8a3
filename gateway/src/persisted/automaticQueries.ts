import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { PersistedCounts } from './persistedMetrics.js';

/** What is needed of Redis. Commands reject when it is away, or takes too long. */
export interface TextStore {
  get(key: string): Promise<string | null>;
  set(key: string, text: string, unit: 'EX', seconds: number): Promise<unknown>;
}

export interface AutomaticQueriesOptions {
  /** What the texts take that this process remembers, at most: two bytes a character. No more than that is written to the store in an hour: anybody may register anything, and the store has it for long. */
  readonly mostBytes: number;
  /** How long the store keeps a text after it has been registered. */
  readonly ttlSeconds: number;
  /** Shared by all processes; without it each has only what it has seen itself. */
  readonly store: TextStore | undefined;
  readonly counts: PersistedCounts['automatic'];
  /** Milliseconds, from whenever. */
  readonly now?: () => number;
}

const SHA256 = /^[0-9a-f]{64}$/;
/** Of an entry, besides its text. */
const ENTRY_BYTES = 300;
const HOUR_MS = 3_600_000;

/**
 * Texts by their SHA-256, as clients register them themselves (Apollo's automatic persisted queries). What this process has seen it has in memory; the store is asked for the rest, and who finds nothing is asked for the text by its client. A store that
 * is away is like one that is empty.
 */
export class AutomaticQueries {
  private readonly texts: LRUCache<string, string>;
  /** What has been written to the store in the hour that began then. */
  private written = { since: Number.NEGATIVE_INFINITY, bytes: 0 };
  private readonly underWay = new Map<string, Promise<string | undefined>>();

  constructor(private readonly options: AutomaticQueriesOptions) {
    this.texts = new LRUCache({
      maxSize: options.mostBytes,
      sizeCalculation: bytesOf,
    });
  }

  /** Whether it is this text that is known by this hash, so that it need not be computed. */
  knows(hash: string, text: string): boolean {
    return this.texts.peek(hash) === text;
  }

  find(hash: string): string | undefined | Promise<string | undefined> {
    const { counts, store } = this.options;
    const known = this.texts.get(hash);
    if (known !== undefined) {
      counts.memory += 1;
      return known;
    }
    if (store && SHA256.test(hash)) return this.underWay.get(hash) ?? this.read(hash, store);
    counts.missed += 1;
    return undefined;
  }

  /** Remembers a text whose hash has been checked, and that is an operation. Nobody waits for the store. */
  learn(hash: string, text: string): void {
    if (this.texts.get(hash) !== undefined) return;
    const { counts, store, ttlSeconds } = this.options;
    counts.registered += 1;
    this.texts.set(hash, text);
    // Whatever becomes of it: another process that misses it asks for the text.
    if (store && this.mayWrite(bytesOf(text))) store.set(keyOf(hash), text, 'EX', ttlSeconds).catch(() => {});
  }

  private mayWrite(bytes: number): boolean {
    const { mostBytes, now = () => performance.now() } = this.options;
    if (now() - this.written.since >= HOUR_MS) this.written = { since: now(), bytes: 0 };
    if (this.written.bytes + bytes > mostBytes) return false;
    this.written.bytes += bytes;
    return true;
  }

  private read(hash: string, store: TextStore): Promise<string | undefined> {
    const { counts } = this.options;
    const reading = store
      .get(keyOf(hash))
      .catch(() => null)
      .then((text) => {
        this.underWay.delete(hash);
        if (text === null || hashOf(text) !== hash) {
          counts.missed += 1;
          return undefined;
        }
        counts.store += 1;
        this.texts.set(hash, text);
        return text;
      });
    this.underWay.set(hash, reading);
    return reading;
  }
}

function bytesOf({ length }: string): number {
  return ENTRY_BYTES + 2 * length;
}

/** The SHA-256 of a text, in hex. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function keyOf(hash: string): string {
  return `apq:${hash}`;
}
