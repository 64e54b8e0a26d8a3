import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { type ClientSnapshot, isManifestOf, type Manifest } from '../clients/clientDirectory.js';
import type { Identity } from '../identity/identity.js';
import type { Operation } from '../operation/operation.js';
import { type MakeOperation, type ManifestEntry, PersistedText, rightsKey } from './persistedOperation.js';

/** How the preparation of a snapshot goes. */
export interface PreparingReport {
  /** Called for each operation that does not fit the schema, or that cannot be planned. */
  readonly onRefused: (entry: ManifestEntry, error: unknown) => void;
  /** Called from time to time. */
  readonly onProgress: (done: number, of: number) => void;
}

/** How far a snapshot was prepared when it took over. */
export interface PersistedReady {
  readonly clients: number;
  readonly operations: number;
  /** Those that were new to this supergraph, and how many of them are not ready yet. */
  readonly prepared: number;
  readonly left: number;
  readonly refused: number;
}

/** What an identity has of the manifests. */
interface OfIdentity {
  readonly manifests: readonly Manifest[];
  /** By each id that the operation may be called by. */
  readonly entries: ReadonlyMap<string, ManifestEntry>;
}

/** A snapshot with its operations. */
interface Serving {
  readonly snapshot: ClientSnapshot;
  readonly entries: ReadonlyMap<string, readonly ManifestEntry[]>;
  /** By the names of the clients, and the id. */
  readonly byId: ReadonlyMap<string, ReadonlyMap<string, ManifestEntry>>;
  readonly texts: ReadonlyMap<string, PersistedText>;
  readonly ofIdentity: WeakMap<Identity, OfIdentity>;
  /** By the names of the clients: many identities have the same manifests. */
  readonly ofClients: Map<string, OfIdentity>;
}

const PROGRESS_OPERATIONS = 500;
const PROGRESS_MS = 1_000;
const NONE: OfIdentity = { manifests: [], entries: new Map() };

/**
 * The persisted operations of one supergraph, by identity and id. They are kept as long as a manifest has them, whatever else is asked for. Which manifests there are is exchanged in one step by `use`, when what is new in them is ready.
 */
export class PersistedOperations {
  private serving: Serving | undefined;
  private over = false;
  /** Snapshots are prepared one after another. */
  private preparing: Promise<unknown> = Promise.resolve();
  private wanted: ClientSnapshot | undefined;

  constructor(private readonly make: MakeOperation) {}

  /** What is served; undefined where no client is known yet. */
  get snapshot(): ClientSnapshot | undefined {
    return this.serving?.snapshot;
  }

  /** The operation of this id in the identity's manifests. Throws `RequestRefused` where it does not fit the schema. */
  find(identity: Identity, id: string, incremental: boolean): Operation | undefined {
    return this.entryOf(identity, id)?.text.operation(incremental);
  }

  entryOf(identity: Identity, id: string): ManifestEntry | undefined {
    return this.of(identity).entries.get(id);
  }

  /** Those that name the identity come before those of its kind, and win where both have an id or a route. */
  manifestsOf(identity: Identity): readonly Manifest[] {
    return this.of(identity).manifests;
  }

  /** The operation of this id in one manifest, whatever other manifests call by it. Throws as `find` does. */
  findIn(client: string, id: string): Operation | undefined {
    return this.serving?.byId.get(client)?.get(id)?.text.operation(false);
  }

  /**
   * Prepares what a snapshot has new and serves it. After `limitMs` the rest is prepared while it is served already. Resolves when it serves; with undefined where there is nothing to do: it serves already, or a later one has been given meanwhile.
   */
  use(snapshot: ClientSnapshot, limitMs: number, report: PreparingReport): Promise<PersistedReady | undefined> {
    this.wanted = snapshot;
    const taken = this.preparing.then(() =>
      this.wanted === snapshot && this.snapshot !== snapshot && !this.over
        ? this.take(snapshot, limitMs, report)
        : undefined,
    );
    this.preparing = taken.catch(() => {});
    return taken;
  }

  get isClosed(): boolean {
    return this.over;
  }

  /** Ends preparing. */
  close(): void {
    this.over = true;
  }

  private async take(snapshot: ClientSnapshot, limitMs: number, report: PreparingReport): Promise<PersistedReady> {
    const next = this.build(snapshot);
    const work = [...next.entries.values()].flat();
    const identities = new Map([...snapshot.manifests].map(([name, each]) => [name, likelyCallers(each, snapshot)]));
    const counts = { done: 0, refused: 0 };
    const prepareAll = async () => {
      // Until this snapshot serves nothing makes it stop; afterwards, a later one has all that matters.
      const isOver = () => this.over || (this.serving === next && this.wanted !== snapshot);
      let told = { at: performance.now(), done: 0 };
      for (const entry of work) {
        if (isOver()) return;
        try {
          await entry.text.prepare(identities.get(entry.client) ?? []);
        } catch (error) {
          counts.refused += 1;
          report.onRefused(entry, error);
        }
        counts.done += 1;
        const now = performance.now();
        if (counts.done - told.done >= PROGRESS_OPERATIONS || now - told.at >= PROGRESS_MS) {
          told = { at: now, done: counts.done };
          report.onProgress(counts.done, work.length);
        }
        // Requests have their turn.
        await turn();
      }
    };
    await within(prepareAll(), limitMs);
    this.serving = next;
    const known = snapshot.manifests.size;
    return {
      clients: known,
      operations: work.length,
      prepared: counts.done,
      left: work.length - counts.done,
      refused: counts.refused,
    };
  }

  private build(snapshot: ClientSnapshot): Serving {
    const texts = new Map<string, PersistedText>();
    const entries = new Map<string, readonly ManifestEntry[]>();
    for (const [name, { client, operations }] of snapshot.manifests) {
      const own = operations.map((persisted) => {
        const { body } = persisted;
        const text = texts.get(body) ?? this.serving?.texts.get(body) ?? new PersistedText(body, this.make);
        texts.set(body, text);
        return { client, persisted, text };
      });
      entries.set(name, own);
    }
    const byId = new Map(
      [...entries].map(([name, own]) => [name, new Map(own.map((each) => [each.persisted.id, each]))] as const),
    );
    return { snapshot, entries, byId, texts, ofIdentity: new WeakMap(), ofClients: new Map() };
  }

  private of(identity: Identity): OfIdentity {
    const { serving } = this;
    if (!serving) return NONE;
    return serving.ofIdentity.get(identity) ?? lookUp(serving, identity);
  }
}

/** Finds the manifests of an identity for the first time: those that name it before those of its kind, by name among themselves. The order in which they were published is another one in each process. */
function lookUp(serving: Serving, identity: Identity): OfIdentity {
  const single = `${identity.kind}:${identity.sub}`;
  const rank = ([name, { identities }]: readonly [string, Manifest]) => `${identities.includes(single) ? 0 : 1}${name}`;
  const manifests = [...serving.snapshot.manifests]
    .filter(([, manifest]) => isManifestOf(manifest, identity))
    .sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
  const key = JSON.stringify(manifests.map(([name]) => name));
  let found = serving.ofClients.get(key);
  if (!found) {
    const entries = new Map<string, ManifestEntry>();
    const all = manifests.flatMap(([name]) => serving.entries.get(name) ?? []);
    // Clients may hash what they send whatever the ids of their manifest are; those win.
    for (const entry of all) entries.set(createHash('sha256').update(entry.persisted.body).digest('hex'), entry);
    for (const entry of all.toReversed()) entries.set(entry.persisted.id, entry);
    found = { manifests: manifests.map(([, manifest]) => manifest), entries };
    serving.ofClients.set(key, found);
  }
  serving.ofIdentity.set(identity, found);
  return found;
}

/** Who will ask for the operations of a manifest: its kinds without scopes, and the clients with keys of their own. */
function likelyCallers(manifest: Manifest, { clientsByPrefix }: ClientSnapshot): Identity[] {
  const named = manifest.identities.map((each) => {
    const colon = each.indexOf(':');
    const [kind, sub] = colon < 0 ? [each, ''] : [each.slice(0, colon), each.slice(colon + 1)];
    return { kind, sub, scopes: [] };
  });
  const keyed = [...clientsByPrefix.values()].map(({ identity }) => identity);
  const all = [...named, ...keyed.filter((identity) => isManifestOf(manifest, identity))];
  // Rights depend on nothing else of them.
  return [...new Map(all.map((each) => [rightsKey(each), each])).values()];
}

/** Waits for a promise, at most so long. */
async function within(promise: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
