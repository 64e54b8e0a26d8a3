import type { Route } from '@leadgraph/schema/manifest';
import createRouter from 'find-my-way';
import type { GraphQLSchema } from 'graphql';
import type { Manifest } from '../clients/clientDirectory.js';
import { compileRestOperation, type RestOperation } from './restOperation.js';

/** What stands at a path for a method: an operation with the parameters of the path, decoded, or the methods that there are. */
export type Found =
  | { readonly operation: RestOperation; readonly parameters: Readonly<Record<string, string | undefined>> }
  | { readonly allowed: readonly string[] };

/** The routes of one manifest. */
export interface RouteTable {
  readonly client: string;
  readonly operations: readonly RestOperation[];
  /** What cannot be served, by the operation's name, with the reason. */
  readonly faults: readonly { readonly operation: string; readonly reason: string }[];
  /** Looks a path up, as it came in the request, below the prefix; undefined where there is nothing. */
  find(method: string, path: string): Found | undefined;
}

/** A path as long as a request may have it, so that no parameter is too long for the router. */
export const LONGEST_URL = 8 * 1024;

const methods: readonly Route['method'][] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Makes the routes of a manifest's operations for a schema. The router splits a path at its slashes before it decodes: an encoded slash or dot is part of a parameter and never a step. Paths are compared as they
 * are: no slash more or less, no step that is empty.
 */
export function createRouteTable(manifest: Manifest, schema: GraphQLSchema): RouteTable {
  const router = createRouter({ maxParamLength: LONGEST_URL });
  const operations: RestOperation[] = [];
  const faults: { operation: string; reason: string }[] = [];
  for (const persisted of manifest.operations) {
    const { name, route } = persisted;
    if (!route) continue;
    const operation = compileRestOperation({ ...persisted, route }, manifest, schema);
    if (typeof operation === 'string') {
      faults.push({ operation: name, reason: operation });
      continue;
    }
    try {
      router.on(route.method, route.path, () => {}, operation);
      operations.push(operation);
    } catch {
      faults.push({ operation: name, reason: `${route.method} ${route.path} is another operation's route already.` });
    }
  }
  return {
    client: manifest.client,
    operations,
    faults,
    find(method, path) {
      // The router would cut there, and takes an empty step for a parameter without a character.
      if (path.includes('#') || path.endsWith('/') || path.includes('//')) return undefined;
      const wanted = method === 'HEAD' ? 'GET' : method;
      const found = methods.includes(wanted as Route['method']) ? router.find(wanted as Route['method'], path) : null;
      if (found) return { operation: found.store as RestOperation, parameters: found.params };
      const allowed = methods.filter((each) => router.find(each, path));
      return allowed.length > 0 ? { allowed: allowedMethods(allowed) } : undefined;
    },
  };
}

/** The methods that an `Allow` header names for routes with these. */
function allowedMethods(routes: readonly string[]): string[] {
  return [...routes.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'];
}
