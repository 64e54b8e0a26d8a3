import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type AccessRules, INTROSPECTION_SCOPE } from '../rights/rights.js';
import type { Values } from './values.js';

/** Built by `graphiql/vite.config.js`; the same from `dist/` and from `src/`. */
const GRAPHIQL_FOLDER = fileURLToPath(new URL('../../dist/graphiql/', import.meta.url));

export const accessVariables = {
  NODE_ENV: z.string().default('development'),
  RIGHTS_MODE: z.enum(['cut', 'refuse']).default('cut'),
  INTROSPECTION: z.enum(['all', 'scope']).optional(),
  GRAPHIQL: z.stringbool().optional(),
};

/** What callers may see of the graph, and of how it answers. In production what helps who develops is closed, unless it is opened. */
export interface AccessConfig {
  /** How what a caller may not have is answered. */
  readonly access: AccessRules;
  /** Whether everybody may ask for `extensions.plan`; else the scope `plan:read` is needed. */
  readonly explainToAll: boolean;
  /** The folder of GraphiQL's bundle; undefined where GraphiQL is not offered. */
  readonly graphiqlFolder: string | undefined;
}

export function accessConfig(values: Values<typeof accessVariables>): AccessConfig {
  const inProduction = values.NODE_ENV === 'production';
  const introspection = values.INTROSPECTION ?? (inProduction ? 'scope' : 'all');
  return {
    access: {
      rightsMode: values.RIGHTS_MODE,
      introspectionScope: introspection === 'scope' ? INTROSPECTION_SCOPE : undefined,
      hideSuggestions: inProduction,
    },
    explainToAll: !inProduction,
    graphiqlFolder: (values.GRAPHIQL ?? !inProduction) ? GRAPHIQL_FOLDER : undefined,
  };
}
