import type { RequestContext } from '@leadgraph/kit';
import type { LeadsTools } from '../leadsTools.js';
import type { Person } from '../privacy/person.js';
import type { LeadRow } from '../store/leadTable.js';
import type { LeadsReads } from './leadsReads.js';
import { createLoaders, type Loaders } from './loaders.js';

/** What this subgraph's resolvers get. */
export interface LeadsContext extends RequestContext {
  readonly tools: LeadsTools;
  readonly loaders: Loaders;
  /** The person of a lead, decrypted at most once a request. */
  readonly personOf: (lead: LeadRow) => Person | null;
}

/** Completes a request's context. */
export function leadsContext(base: RequestContext, tools: LeadsTools, reads: LeadsReads): LeadsContext {
  const persons = new WeakMap<LeadRow, Person | null>();
  return {
    ...base,
    tools,
    loaders: createLoaders(reads),
    personOf(lead) {
      const known = persons.get(lead);
      if (known !== undefined) return known;
      const person = tools.vault.open(lead);
      persons.set(lead, person);
      return person;
    },
  };
}
