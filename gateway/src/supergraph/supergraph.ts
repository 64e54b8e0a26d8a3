import type { SupergraphFacts } from '../compile/supergraphFacts.js';
import type { OperationCache } from '../operation/operationCache.js';
import type { PersistedOperations } from '../persisted/persistedOperations.js';
import type { Planner } from '../plan/planner.js';
import type { Http1Pool } from '../subgraph/http1/http1Pool.js';
import type { Subgraph } from '../subgraph/subgraph.js';

interface SupergraphParts {
  /** SHA-256 of the SDL, in hex. */
  readonly id: string;
  readonly facts: SupergraphFacts;
  readonly subgraphs: readonly Subgraph[];
  readonly operations: OperationCache;
  readonly persisted: PersistedOperations;
  readonly planner: Planner;
  readonly pools: readonly Http1Pool[];
}

/**
 * A supergraph in service, with all that was made for it. A request enters the one that it begins with, and ends on it.
 * States: in service → retired (takes no new requests) → closed, when the last request has left.
 */
export class Supergraph {
  readonly loadedAt = new Date();
  readonly id: string;
  readonly facts: SupergraphFacts;
  readonly subgraphs: readonly Subgraph[];
  /** Found by their text. */
  readonly operations: OperationCache;
  /** Those of clients' manifests, found by their ids. */
  readonly persisted: PersistedOperations;
  private inside = 0;
  private retired: PromiseWithResolvers<void> | undefined;

  constructor(private readonly parts: SupergraphParts) {
    this.id = parts.id;
    this.facts = parts.facts;
    this.subgraphs = parts.subgraphs;
    this.operations = parts.operations;
    this.persisted = parts.persisted;
  }

  enter(): void {
    this.inside += 1;
  }

  leave(): void {
    this.inside -= 1;
    if (this.retired && this.inside === 0) this.retired.resolve();
  }

  /** Waits for the requests inside to leave, then closes everything. Resolves when that is done. */
  async retire(): Promise<void> {
    this.retired ??= Promise.withResolvers<void>();
    if (this.inside === 0) this.retired.resolve();
    await this.retired.promise;
    await this.close();
  }

  /** Closes everything now; what is still in flight fails. */
  async close(): Promise<void> {
    this.persisted.close();
    await Promise.all([this.parts.planner.close(), ...this.parts.pools.map((pool) => pool.close())]);
  }
}
