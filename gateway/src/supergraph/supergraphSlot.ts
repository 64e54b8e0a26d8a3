import { createHash } from 'node:crypto';
import { reasonOf } from '../errors/reasonOf.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import { prepareOperations } from './prepareOperations.js';
import type { Supergraph } from './supergraph.js';

export interface SupergraphSlotOptions {
  readonly load: (sdl: string) => Promise<Supergraph>;
  /** How long the operations in use are prepared for a new supergraph before it takes over, at most. */
  readonly prepareMs: number;
  /** Prepares what else has to be ready before a supergraph takes over, the first one too. */
  readonly prepareFor?: ((supergraph: Supergraph) => Promise<void>) | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Holds the supergraph that is served. `replace` loads another one beside it, prepares the operations in use for it, and exchanges the two in one step; one that does
 * not load changes nothing. States: empty → serving → serving (another) → closed.
 */
export class SupergraphSlot {
  private serving: Supergraph | undefined;
  private closed = false;
  private readonly listeners: ((supergraph: Supergraph) => Promise<void>)[] = [];

  constructor(private readonly options: SupergraphSlotOptions) {}

  get current(): Supergraph | undefined {
    return this.serving;
  }

  /** Calls the listener when another supergraph has taken over; the one before is kept until it is done. */
  onReplaced(listener: (supergraph: Supergraph) => Promise<void>): void {
    this.listeners.push(listener);
  }

  /**
   * Loads the SDL and serves it from now on. Rejects with the reason when it does not load; log and metric have it too. The same
   * text as the one in service is left alone.
   */
  async replace(sdl: string): Promise<void> {
    const { load, log, metrics, prepareMs, prepareFor } = this.options;
    const before = this.serving;
    if (createHash('sha256').update(sdl).digest('hex') === before?.id) return;
    try {
      const supergraph = await load(sdl);
      const prepared = before && (await prepareOperations(before.operations.inUse(), supergraph, prepareMs));
      await prepareFor?.(supergraph);
      if (this.closed) return await supergraph.close();
      this.serving = supergraph;
      metrics.supergraphLoads.inc({ result: 'loaded' });
      metrics.supergraphLoadedAt.setToCurrentTime();
      const subgraphs = supergraph.subgraphs.map(({ name, url }) => ({ name, url }));
      log.info({ supergraph: supergraph.id.slice(0, 12), subgraphs, prepared }, 'supergraph loaded');
      await Promise.all(this.listeners.map((listener) => listener(supergraph)));
      before?.retire().catch((error: unknown) => log.error({ err: error }, 'the old supergraph could not be closed'));
    } catch (error) {
      this.reportFailure(error);
      throw error;
    }
  }

  /** Says in log and metric that a new supergraph could not be read or loaded, and which one serves instead. */
  reportFailure(error: unknown): void {
    const { log, metrics } = this.options;
    metrics.supergraphLoads.inc({ result: 'failed' });
    const reason = reasonOf(error);
    const serving = this.serving?.id.slice(0, 12);
    log.error(
      { reason, serving },
      serving ? 'the new supergraph does not load; the old one goes on' : 'the supergraph does not load',
    );
  }

  /** Closes what is served; what is in flight fails. */
  async close(): Promise<void> {
    const { serving } = this;
    this.closed = true;
    this.serving = undefined;
    await serving?.close();
  }
}
