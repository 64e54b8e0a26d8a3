import { Counter, Gauge, type Registry } from 'prom-client';
import type { ClientKeys } from '../identity/clientKeys.js';
import type { ClientDirectory, WatchedClients } from './clientDirectory.js';

/** A directory, whether it can be told on or not. */
type ObservedClients = ClientDirectory & Partial<WatchedClients>;

/** What is known of a directory at a moment: for metrics, and for who asks whether the gateway is ready. */
export interface ClientStatus {
  readonly source: WatchedClients['source'] | undefined;
  readonly clients: number;
  readonly manifests: number;
  /** Since it was last known to have what is published; undefined before it has been read. */
  readonly secondsSinceInStep: number | undefined;
}

export function clientStatus({ source, current, inStepAt }: ObservedClients): ClientStatus {
  return {
    source,
    clients: new Set(current?.clientsByPrefix.values()).size,
    manifests: current?.manifests.size ?? 0,
    secondsSinceInStep: inStepAt === undefined ? undefined : Math.max(0, (Date.now() - inStepAt) / 1000),
  };
}

/** Registers the metrics of clients. */
export function registerClientMetrics(registry: Registry, directory: ObservedClients, keys: ClientKeys): void {
  const registers = [registry];
  new Gauge({
    name: 'clients_known',
    help: 'Clients with keys that this process knows.',
    registers,
    collect() {
      this.set(clientStatus(directory).clients);
    },
  });
  new Gauge({
    name: 'client_manifests_known',
    help: 'Manifests of persisted operations that this process knows.',
    registers,
    collect() {
      this.set(clientStatus(directory).manifests);
    },
  });
  new Gauge({
    name: 'clients_seconds_since_in_step',
    help: 'Seconds since clients and manifests were last known to be as published; infinite before they have been read.',
    registers,
    collect() {
      this.set(clientStatus(directory).secondsSinceInStep ?? Number.POSITIVE_INFINITY);
    },
  });
  new Counter({
    name: 'client_keys_refused_total',
    help: "Clients' keys that were refused: unknown, revoked or expired.",
    registers,
    collect() {
      this.reset();
      this.inc(keys.refused);
    },
  });
}
