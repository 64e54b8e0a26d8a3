import { createHash } from 'node:crypto';
import type { Executor } from '../execution/apolloExecutor.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import { OperationStore } from '../operation/operationStore.js';

/** A supergraph in service, with what was prepared for it. A request keeps the one that it began with. */
export interface Supergraph {
  /** SHA-256 of the SDL, in hex. */
  readonly id: string;
  readonly loadedAt: Date;
  readonly executor: Executor;
  readonly operations: OperationStore;
}

export interface SupergraphSlotOptions {
  readonly load: (sdl: string) => Promise<Executor>;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Holds the supergraph that is served. `replace` loads another one beside it and exchanges the two in one step; one that does not load changes
 * nothing. States: empty → serving → serving (another).
 */
export class SupergraphSlot {
  private serving: Supergraph | undefined;

  constructor(private readonly options: SupergraphSlotOptions) {}

  get current(): Supergraph | undefined {
    return this.serving;
  }

  /**
   * Loads the SDL and serves it from now on. Rejects with the reason when it does not load; log and metric have it too. The same
   * text as the one in service is left alone.
   */
  async replace(sdl: string): Promise<void> {
    const { load, log, metrics } = this.options;
    const id = createHash('sha256').update(sdl).digest('hex');
    if (id === this.serving?.id) return;
    try {
      const executor = await load(sdl);
      const operations = new OperationStore(executor.apiSchema, (result) => metrics.operationLookups.inc({ result }));
      this.serving = { id, loadedAt: new Date(), executor, operations };
      metrics.supergraphLoads.inc({ result: 'loaded' });
      metrics.supergraphLoadedAt.setToCurrentTime();
      log.info({ supergraph: id.slice(0, 12), subgraphs: executor.subgraphs }, 'supergraph loaded');
    } catch (error) {
      this.reportFailure(error);
      throw error;
    }
  }

  /** Says in log and metric that a new supergraph could not be read or loaded, and which one serves instead. */
  reportFailure(error: unknown): void {
    const { log, metrics } = this.options;
    metrics.supergraphLoads.inc({ result: 'failed' });
    const reason = error instanceof Error ? error.message : String(error);
    const serving = this.serving?.id.slice(0, 12);
    log.error(
      { reason, serving },
      serving ? 'the new supergraph does not load; the old one goes on' : 'the supergraph does not load',
    );
  }
}
