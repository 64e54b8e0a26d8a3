import { LRUCache } from 'lru-cache';
import type { Supergraph } from '../../supergraph/supergraph.js';
import type { RouteTable } from '../routeTable.js';
import { type OpenApiSettings, openApiDocument } from './openApiDocument.js';

/** Documents kept for one supergraph: one for each set of manifests that somebody has. */
const MOST_DOCUMENTS = 50;

/** The OpenAPI documents of what is served, made once for a set of route tables and a supergraph. */
export class OpenApiDocuments {
  private readonly made = new WeakMap<Supergraph, LRUCache<string, string>>();
  private readonly numbers = new WeakMap<RouteTable, number>();
  private next = 1;

  constructor(private readonly settings: OpenApiSettings) {}

  /** The document of these tables as JSON. `origin`: where the client reaches the gateway; '' where that is not known. */
  write(supergraph: Supergraph, tables: readonly RouteTable[], origin: string): string {
    let documents = this.made.get(supergraph);
    if (!documents) {
      documents = new LRUCache({ max: MOST_DOCUMENTS });
      this.made.set(supergraph, documents);
    }
    const key = tables.map((table) => this.numberOf(table)).join();
    let json = documents.get(key);
    if (json === undefined) {
      json = JSON.stringify(openApiDocument(tables, supergraph.facts.apiSchema, this.settings));
      documents.set(key, json);
    }
    // What clients write into their Host header is in no key, so that it pushes nothing out.
    return `${json.slice(0, -1)},"servers":${JSON.stringify([{ url: `${origin}${this.settings.prefix}` }])}}`;
  }

  private numberOf(table: RouteTable): number {
    let number = this.numbers.get(table);
    if (number === undefined) {
      number = this.next;
      this.next += 1;
      this.numbers.set(table, number);
    }
    return number;
  }
}
