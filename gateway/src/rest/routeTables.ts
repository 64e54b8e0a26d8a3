import type { Manifest } from '../clients/clientDirectory.js';
import type { Logger } from '../log.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { createRouteTable, type RouteTable } from './routeTable.js';

/** The routes of manifests, made once for a manifest and a supergraph and dropped with either. */
export class RouteTables {
  private readonly made = new WeakMap<Supergraph, WeakMap<Manifest, RouteTable>>();

  constructor(private readonly log: Pick<Logger, 'warn'>) {}

  /** The tables of these manifests in their order, those without routes left out. */
  of(supergraph: Supergraph, manifests: readonly Manifest[]): RouteTable[] {
    let tables = this.made.get(supergraph);
    if (!tables) {
      tables = new WeakMap();
      this.made.set(supergraph, tables);
    }
    const found: RouteTable[] = [];
    for (const manifest of manifests) {
      let table = tables.get(manifest);
      if (!table) {
        table = createRouteTable(manifest, supergraph.facts.apiSchema);
        tables.set(manifest, table);
        for (const { operation, reason } of table.faults) {
          this.log.warn({ client: manifest.client, operation, reason }, 'an operation cannot be served as REST');
        }
      }
      if (table.operations.length > 0) found.push(table);
    }
    return found;
  }
}
