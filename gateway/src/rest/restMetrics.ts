import type { ServerResponse } from 'node:http';
import { Counter, type Registry } from 'prom-client';
import type { RestOperation } from './restOperation.js';

/** Counts what is answered as REST. */
export interface RestMetrics {
  count(operation: RestOperation | undefined, response: Pick<ServerResponse, 'statusCode' | 'writableFinished'>): void;
}

/** Makes the metric of REST requests; labels come from manifests and statuses alone, so that clients cannot make new ones. */
export function createRestMetrics(registry: Registry): RestMetrics {
  const requests = new Counter({
    name: 'rest_requests_total',
    help: 'Requests answered as REST, by client (its manifest), operation and status (gone: nobody waited for it); none where no route was found.',
    labelNames: ['client', 'operation', 'status'],
    registers: [registry],
  });
  return {
    count(operation, { statusCode, writableFinished }) {
      requests.inc({
        client: operation?.client ?? 'none',
        operation: operation?.name ?? 'none',
        status: writableFinished ? String(statusCode) : 'gone',
      });
    },
  };
}
