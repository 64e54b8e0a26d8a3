import type { ClientDirectory } from '../clients/clientDirectory.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type { Logger } from '../log.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { SupergraphSlot } from '../supergraph/supergraphSlot.js';
import type { PersistedCounts } from './persistedMetrics.js';

export interface PreparePersistedOptions {
  readonly directory: ClientDirectory | undefined;
  /** How long a take-over waits for operations to be prepared, at most. */
  readonly limitMs: number;
  readonly counts: PersistedCounts;
  readonly log: Logger;
}

export interface PreparePersisted {
  /** Prepares what is published for a supergraph that is to take over. */
  prepareFor(supergraph: Supergraph): Promise<void>;
  /** Prepares what is published from now on for the supergraph in service. Gives how to stop that. */
  follow(slot: SupergraphSlot): () => void;
}

/** Brings clients' manifests and supergraphs together: whichever is new is prepared before it serves. */
export function createPreparePersisted({ directory, limitMs, counts, log }: PreparePersistedOptions): PreparePersisted {
  async function prepareFor(supergraph: Supergraph): Promise<void> {
    for (;;) {
      const snapshot = directory?.current;
      // What is published meanwhile is prepared, too.
      if (!snapshot || supergraph.persisted.snapshot === snapshot) return;
      const began = performance.now();
      const ready = await supergraph.persisted.use(snapshot, limitMs, {
        onRefused({ client, persisted: { id, name } }, error) {
          const reason = error instanceof RequestRefused ? error.errors.map(({ message }) => message) : [String(error)];
          const code = error instanceof RequestRefused ? error.code : undefined;
          log.warn({ client, operation: name, id, code, reason }, 'a persisted operation cannot be executed');
        },
        onProgress(done, of) {
          log.info({ done, of }, 'preparing persisted operations');
        },
      });
      if (supergraph.persisted.isClosed) return;
      if (!ready) continue;
      counts.ready = ready;
      const ms = Math.round(performance.now() - began);
      log.info({ supergraph: supergraph.id.slice(0, 12), ...ready, ms }, 'persisted operations ready');
      if (ready.left > 0)
        log.warn(
          { left: ready.left },
          'persisted operations were not prepared in time; they are when they are asked for',
        );
    }
  }

  return {
    prepareFor,
    follow(slot) {
      // Of what was published in the moment of the take-over.
      slot.onReplaced(prepareFor);
      const update = () => {
        if (!slot.current) return;
        prepareFor(slot.current).catch((error: unknown) => log.error({ err: error }, 'operations were not prepared'));
      };
      const stop = directory?.onChanged(update);
      update();
      return () => stop?.();
    },
  };
}
